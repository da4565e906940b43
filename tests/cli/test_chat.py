"""`aspen chat` on a terminal of its own: what is typed, what Ctrl-C does, what is remembered."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterable
from pathlib import Path

from command_line import OnTerminal, aspen

from aspen.core.errors import EngineStopped, NotFound
from conftest import Serve
from fakes.scripted_service import Frame, Pause, Step, answers, asked_result, text

PROMPT = ">>> "


def _say(frames: Iterable[tuple[str, str]]) -> list[Frame]:
    return [{"role": role, "content": content} for role, content in frames]


def test_the_conversation_is_sent_along_and_ends_with_bye(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=lambda told: answers(f"answer {str(told).count(chr(39) + 'role')}")(told))
    with OnTerminal(environment, "chat", "-s", "Be brief.") as chat:
        chat.wait_for(PROMPT)
        chat.type("first\n")
        chat.wait_for("answer 2\n")
        chat.wait_for(PROMPT)
        chat.type("second\n")
        chat.wait_for("answer 4\n")
        chat.wait_for(PROMPT)
        chat.type("/bye\n")
        assert chat.finish()[0] == 0
    assert service.asked("ask")[1]["messages"] == _say(
        [("system", "Be brief."), ("user", "first"), ("assistant", "answer 2"), ("user", "second")]
    )


def test_ctrl_c_stops_the_answer_and_not_the_program(environment: dict[str, str], serve: Serve) -> None:
    def script(told: Frame) -> Iterable[Step]:
        if len(str(told["messages"])) < 100:
            yield from [text("Once upon"), Pause(seconds=20)]
        yield from [text("Gladly."), asked_result("Gladly.")]

    service = serve(ask=script, save_chat=lambda _arguments: [{"result": {"schema": 1}}])
    with OnTerminal(environment, "chat") as chat:
        chat.wait_for(PROMPT)
        chat.type("Tell a long story.\n")
        chat.wait_for("Once upon")
        began = time.monotonic()
        chat.type("\x03")
        assert "Stopped." in chat.wait_for(PROMPT)
        assert time.monotonic() - began < 5
        assert service.client_left.wait(timeout=10)
        chat.type("Another, please; and make it one with a long and winding road in it.\n")
        chat.wait_for("Gladly.\n")
        chat.wait_for(PROMPT)
        chat.type("/save story\n")
        chat.wait_for("Saved")
        assert chat.leave() == 0
    assert service.asked("ask")[1]["messages"] == _say(
        [
            ("user", "Tell a long story."),
            ("assistant", "Once upon"),
            ("user", "Another, please; and make it one with a long and winding road in it."),
        ]
    )
    saved = service.asked("save_chat")[0]
    assert isinstance(saved["messages"], list)
    assert saved["messages"][1] == {"role": "assistant", "content": "Once upon", "stopped": True}


def test_ctrl_c_at_the_prompt_clears_the_line(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=answers("ok"))
    with OnTerminal(environment, "chat") as chat:
        chat.wait_for(PROMPT)
        chat.type("not this")
        chat.wait_for("not this")
        chat.press_ctrl_c_until(PROMPT)
        chat.type("but this\n")
        chat.wait_for("ok\n")
        assert chat.leave() == 0
    assert [told["messages"] for told in service.asked("ask")] == [_say([("user", "but this")])]


def test_three_quotes_hold_a_text_of_several_lines(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=answers("ok"))
    with OnTerminal(environment, "run", "qwen") as chat:
        chat.wait_for(PROMPT)
        chat.type('"""one\n')
        chat.wait_for("... ")
        chat.type("\ttwo\n")
        chat.wait_for("... ")
        chat.type('three"""\n')
        chat.wait_for("ok\n")
        assert chat.leave() == 0
    asked = service.asked("ask")[0]
    assert (asked["messages"], asked["model"]) == (_say([("user", "one\n\ttwo\nthree")]), "qwen")


def test_several_lines_that_are_pasted_are_one_question(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=answers("ok"))
    with OnTerminal(environment, "chat") as chat:
        chat.wait_for(PROMPT)
        chat.type("\x1b[200~if x:\r\ty()\x1b[201~\r")
        chat.wait_for("ok\n")
        assert chat.leave() == 0
    assert service.asked("ask")[0]["messages"] == _say([("user", "if x:\n\ty()")])


def test_settings_change_what_is_sent_from_the_next_turn_on(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=answers("ok"))
    with OnTerminal(environment, "chat") as chat:
        for line, reply in (
            ("/set system Speak Latin.", "Instructions set."),
            ("/set parameter temperature 0.2", "temperature is 0.2 now."),
            ("/set parameter num_ctx 512", "num_ctx is 512 now."),
            ("/set parameter warmth 3", "There is no parameter 'warmth'."),
            ("/set parameter seed x", "seed must be a number, not 'x'."),
            ("/nonsense", "There is no command /nonsense."),
            ("/set verbose", "Speed and seal are shown"),
            ("ave", "tokens/s · Sealed (checked 10:41)"),
            ("/show", "Instructions: Speak Latin."),
            ("/clear", "Forgotten"),
            ("vale", "ok\n"),
            ("/?", "/bye"),
        ):
            chat.wait_for(PROMPT)
            chat.type(line + "\n")
            chat.wait_for(reply)
        assert chat.leave() == 0
    system = ("system", "Speak Latin.")
    assert [told["messages"] for told in service.asked("ask")] == [
        _say([system, ("user", "ave")]),
        _say([system, ("user", "vale")]),
    ]
    assert service.asked("ask")[0]["options"] == {"temperature": 0.2, "context_tokens": 512}


def test_load_goes_on_with_a_saved_conversation_or_changes_the_model(environment: dict[str, str], serve: Serve) -> None:
    def load(told: Frame) -> list[Step]:
        if told["name"] != "trip":
            return [NotFound(f"There is no conversation {told['name']}.")]
        turns = _say([("system", "Be kind."), ("user", "Rome?"), ("assistant", "Yes.")])
        return [{"result": {"model": "qwen", "messages": turns}}]

    def show(told: Frame) -> list[Step]:
        return [{"result": {"schema": 1}} if told["name"] == "gemma" else NotFound(f"There is no {told['name']}.")]

    chats = {"chats": [{"name": "trip", "saved_at": "2026-01-02", "turns": 2}]}
    service = serve(ask=answers("ok"), load_chat=load, show=show, list_chats=lambda _arguments: [{"result": chats}])
    with OnTerminal(environment, "chat") as chat:
        for line, reply in (
            ("/load", "trip"),
            ("/load trip", "Going on with trip: 2 turns."),
            ("/load gemma", "gemma answers from now on."),
            ("/load nobody", "Error: There is no nobody."),
            ("When?", "ok\n"),
        ):
            chat.wait_for(PROMPT)
            chat.type(line + "\n")
            chat.wait_for(reply)
        assert chat.leave() == 0
    asked = service.asked("ask")[0]
    turns = [("system", "Be kind."), ("user", "Rome?"), ("assistant", "Yes."), ("user", "When?")]
    assert (asked["model"], asked["messages"]) == ("gemma", _say(turns))


def test_an_error_is_shown_and_the_conversation_goes_on_without_that_turn(
    environment: dict[str, str], serve: Serve
) -> None:
    def script(told: Frame) -> list[Step]:
        if "again" not in str(told["messages"]):
            return [text("Hal"), EngineStopped("The engine ended.", hint="Ask again.")]
        return [text("Hello."), asked_result("Hello.")]

    service = serve(ask=script)
    with OnTerminal(environment, "chat") as chat:
        chat.wait_for(PROMPT)
        chat.type("hello\n")
        assert "Error: The engine ended.\nAsk again.\n" in chat.wait_for(PROMPT)
        chat.type("hello again\n")
        chat.wait_for("Hello.\n")
        assert chat.leave() == 0
    assert service.asked("ask")[1]["messages"] == _say([("user", "hello again")])


def test_what_was_typed_is_remembered_in_a_file_of_ones_own(
    environment: dict[str, str], serve: Serve, tmp_path: Path
) -> None:
    serve(ask=answers("ok"))
    with OnTerminal(environment, "chat") as chat:
        chat.wait_for(PROMPT)
        chat.type("remember me\n")
        chat.wait_for("ok\n")
        assert chat.leave() == 0
    history = tmp_path / "aspen" / "state" / "chat_history.jsonl"
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    with OnTerminal(environment, "chat") as chat:
        chat.wait_for(PROMPT)
        chat.type("\x1b[A")
        chat.wait_for("remember me")


def test_a_model_cannot_drive_the_terminal(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=answers("\x1b]0;owned\x07 \x9b2J", "tab\there"))
    with OnTerminal(environment, "ask", "attack") as ask:
        code, screen = ask.finish()
    assert code == 0
    assert "␛]0;owned␇ �2Jtab\there\n" in screen
    assert "\x1b" not in screen
    assert "\x07" not in screen


def test_an_offer_that_is_accepted_is_pulled(environment: dict[str, str], serve: Serve) -> None:
    offer = {"name": "qwen3-4b", "reference": "qwen3", "size_bytes": 2_500_000_000, "words_per_second": 9.2}
    plan: Frame = {
        "event": "plan",
        "name": "qwen3-4b",
        "files": ["qwen3-4b.gguf"],
        "size_bytes": 2_500_000_000,
        "fit": "fits",
        "free_disk_bytes": 40_000_000_000,
    }
    done: Frame = {"result": {"schema": 1, "name": "qwen3-4b", "paths": [], "size_bytes": 1, "sha256": []}}
    service = serve(ask=answers("Hi", offer=offer), pull=lambda _arguments: [plan, done])
    with OnTerminal(environment, "ask", "hello") as ask:
        ask.wait_for("qwen3-4b fits this computer (2.5 GB, about 9 words a second). Get it? [Y/n]")
        ask.type("\n")
        ask.wait_for("qwen3-4b: 2.5 GB in 1 file, fits, 40.0 GB free on the disk.")
        assert ask.finish()[0] == 0
    assert service.asked("pull") == [{"reference": "qwen3"}]


def test_an_offer_that_is_declined_is_not_pulled(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=answers("Hi", offer={"name": "qwen3-4b", "reference": "qwen3", "size_bytes": 1}))
    with OnTerminal(environment, "ask", "hello") as ask:
        ask.wait_for("[Y/n]")
        ask.press_ctrl_c_until("\n")
        assert ask.finish()[0] == 0
    assert service.asked("pull") == []


def test_piped_lines_are_questions_of_one_conversation(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=answers("ok"))
    outcome = aspen(environment, "chat", piped="one\n\ntwo\n")
    assert (outcome.code, outcome.out) == (0, "ok\nok\n")
    assert service.asked("ask")[1]["messages"] == _say([("user", "one"), ("assistant", "ok"), ("user", "two")])


def test_chat_under_json_answers_each_line_with_one_object(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=lambda told: [EngineStopped("It ended.")] if "bad" in str(told) else answers("ok")(told))
    outcome = aspen(environment, "chat", "--json", piped="/bye\nbad\n")
    first, second = map(json.loads, outcome.out.splitlines())
    assert outcome.code == 0
    assert first["answer"] == "ok"
    assert second["error"]["code"] == "engine_stopped"
