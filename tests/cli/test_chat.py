"""`aspen chat` on a terminal of its own: what is typed, what Ctrl-C does, what is remembered."""

from __future__ import annotations

import json
import stat
import time
from collections.abc import Iterable
from itertools import count
from pathlib import Path

from command_line import OnTerminal, aspen

from aspen.core.errors import EngineStopped, NotFound
from conftest import Serve
from fakes.scripted_service import Frame, Pause, Script, Step, answers, asked_result, text

PROMPT = ">>> "
NOTE: Frame = {"event": "note", "text": "Thinking."}


def _say(frames: Iterable[tuple[str, str]]) -> list[Frame]:
    return [{"role": role, "content": content} for role, content in frames]


def _remembered(number: int, *, is_encrypted: bool = True) -> Frame:
    ids = {"conversation": "c1", "question": f"q{number}", "turn": f"a{number}"}
    return {"event": "remembered", **ids, "is_encrypted": is_encrypted}


def _talking(*pieces: str, is_encrypted: bool = True) -> Script:
    """Answer every question alike, under the next ids of one conversation."""
    numbers = count(1)
    return lambda told: [_remembered(next(numbers), is_encrypted=is_encrypted), *answers(*pieces)(told)]


def _places(asked: Iterable[Frame]) -> list[tuple[object, object]]:
    return [(told["conversation"], told.get("parent")) for told in asked]


def _play(chat: OnTerminal, *lines: tuple[str, str]) -> None:
    """Type each line at its prompt, and wait for what it brings."""
    for line, reply in lines:
        chat.wait_for(PROMPT)
        chat.type(line + "\n")
        chat.wait_for(reply)


def test_only_the_new_question_is_sent_and_where_it_goes_on(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=_talking("answer"))
    with OnTerminal(environment, "chat", "-s", "Be brief.") as chat:
        _play(chat, *((question, "answer\n") for question in ("first", "second", "third")))
        chat.wait_for(PROMPT)
        chat.type("/bye\n")
        assert chat.finish()[0] == 0
    asked = service.asked("ask")
    assert _places(asked) == [("new", None), ("c1", "a1"), ("c1", "a2")]
    assert asked[2]["messages"] == _say([("system", "Be brief."), ("user", "third")])
    assert "is_piped" not in asked[0]


def test_ctrl_c_stops_the_answer_and_the_next_question_follows_what_had_been_said(
    environment: dict[str, str], serve: Serve
) -> None:
    def script(told: Frame) -> Iterable[Step]:
        if "long story" in str(told["messages"]):
            yield from [_remembered(1), text("Once upon"), Pause(seconds=20)]
        yield from [_remembered(2), text("Gladly."), asked_result("Gladly.")]

    service = serve(ask=script)
    with OnTerminal(environment, "chat") as chat:
        chat.wait_for(PROMPT)
        chat.type("Tell a long story.\n")
        chat.wait_for("Once upon")
        began = time.monotonic()
        chat.type("\x03")
        assert "Stopped." in chat.wait_for(PROMPT)
        assert time.monotonic() - began < 5
        assert service.client_left.wait(timeout=10)
        chat.type("And then?\n")
        chat.wait_for("Gladly.\n")
        chat.wait_for(PROMPT)
        chat.type("/show\n")
        chat.wait_for("2 questions, 1 stopped")
        assert chat.leave() == 0
    assert _places(service.asked("ask")) == [("new", None), ("c1", "a1")]


def test_a_stop_before_any_word_goes_on_from_the_turn_before(environment: dict[str, str], serve: Serve) -> None:
    def script(told: Frame) -> Iterable[Step]:
        if "slow" in str(told["messages"]):
            yield from [_remembered(7), NOTE, Pause(seconds=20)]
        yield from [_remembered(1), text("ok"), asked_result("ok")]

    service = serve(ask=script)
    with OnTerminal(environment, "chat") as chat:
        _play(chat, ("fast", "ok\n"), ("slow", "Thinking."))
        chat.type("\x03")
        chat.wait_for("Stopped.")
        chat.wait_for(PROMPT)
        chat.type("another\n")
        chat.wait_for("ok\n")
        assert chat.leave() == 0
    assert _places(service.asked("ask")) == [("new", None), ("c1", "a1"), ("c1", "a1")]


def test_undo_takes_a_question_back_and_clear_begins_anew(environment: dict[str, str], serve: Serve) -> None:
    service = serve(ask=_talking("ok"))
    with OnTerminal(environment, "chat") as chat:
        _play(
            chat,
            ("/undo", "There is no question to take back."),
            ("one", "ok\n"),
            ("two", "ok\n"),
            ("/undo", "One step back: the next question follows 1 question."),
            ("other two", "ok\n"),
            ("/undo", "follows 1 question."),
            ("/undo", "follows nothing."),
            ("other one", "ok\n"),
            ("/clear", "The next question begins a new conversation"),
            ("anew", "ok\n"),
        )
        assert chat.leave() == 0
    assert _places(service.asked("ask")) == [("new", None), ("c1", "a1"), ("c1", "a1"), ("c1", ""), ("new", None)]


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
        _play(
            chat,
            ("/set system Speak Latin.", "Instructions set."),
            ("/set parameter temperature 0.2", "temperature is 0.2 now."),
            ("/set parameter num_ctx 512", "num_ctx is 512 now."),
            ("/set parameter warmth 3", "There is no parameter 'warmth'."),
            ("/set parameter seed x", "seed must be a number, not 'x'."),
            ("/nonsense", "There is no command /nonsense."),
            ("/set verbose", "Speed and seal are shown"),
            ("ave", "tokens/s · Sealed (checked 10:41)"),
            ("/show", "Instructions: Speak Latin."),
            ("/set system", "Instructions removed."),
            ("vale", "ok\n"),
            ("/?", "/bye"),
        )
        assert chat.leave() == 0
    assert [told["messages"] for told in service.asked("ask")] == [
        _say([("system", "Speak Latin."), ("user", "ave")]),
        _say([("user", "vale")]),
    ]
    assert service.asked("ask")[0]["options"] == {"temperature": 0.2, "context_tokens": 512}


TRIP: Frame = {
    "schema": 1,
    "conversation": "c9",
    "title": "trip",
    "model": "qwen",
    "word": "stays-here",
    "changed_at": "2026-01-02T10:41:00+00:00",
    "system": "Be kind.",
    "messages": [
        {"turn": "t1", "role": "user", "text": "Rome?", "was_stopped": False},
        {"turn": "t2", "role": "assistant", "text": "Yes, it", "was_stopped": True},
    ],
    "turn": "t2",
    "unanswered": "And Paris?",
    "is_encrypted": True,
}


def _open(told: Frame) -> list[Step]:
    is_whole = told["words"] in (None, "trip")
    is_part = told["words"] == "tri" and not told["is_exact"]
    return [{"result": TRIP} if is_whole or is_part else NotFound(f"There is no conversation {told['words']}.")]


def _show_gemma(told: Frame) -> list[Step]:
    return [{"result": {"schema": 1}} if told["name"] == "gemma" else NotFound(f"There is no {told['name']}.")]


def test_load_goes_on_with_a_conversation_or_changes_the_model(environment: dict[str, str], serve: Serve) -> None:
    listed = {"schema": 1, "conversations": [TRIP], "has_more": False, "is_encrypted": True}
    service = serve(
        ask=_talking("ok"),
        open_conversation=_open,
        show=_show_gemma,
        list_conversations=lambda _: [{"result": listed}],
        rename_conversation=lambda told: [{"result": {**TRIP, "title": told["title"]}}],
    )
    with OnTerminal(environment, "chat") as chat:
        _play(
            chat,
            ("/save it", "There is nothing to save yet."),
            ("/load", "stays here"),
            ("/load trip", "Going on with “trip”: 1 question, the last on 2026-01-0"),
            ("/load gemma", "gemma answers from now on."),
            ("/load nobody", "Error: There is no nobody."),
            ("When?", "ok\n"),
            ("/save journey", "Saved: /load journey goes on with it."),
            ("/load tri", "This was asked last and never answered: And Paris?"),
        )
        assert chat.leave() == 0
    asked = service.asked("ask")[0]
    assert (asked["model"], asked["conversation"], asked["parent"]) == ("gemma", "c9", "t2")
    assert asked["messages"] == _say([("system", "Be kind."), ("user", "When?")])
    assert service.asked("rename_conversation") == [{"words": "c1", "title": "journey"}]


def test_continue_takes_up_model_and_instructions_again_unless_others_are_given(
    environment: dict[str, str], serve: Serve
) -> None:
    service = serve(ask=_talking("ok"), open_conversation=_open, label_conversation=lambda _: [{"result": TRIP}])
    outcome = aspen(environment, "chat", "--continue", piped="more\n")
    assert (outcome.code, outcome.out) == (0, "ok\n")
    assert "The last answer was cut off." in outcome.err
    options = ("--conversation", "trip", "-m", "gemma", "-s", "Be brief.", "--label", "stays-here")
    assert aspen(environment, "chat", *options, piped="more\n").code == 0
    first, second = service.asked("ask")
    assert (first["model"], first["parent"], first["is_piped"]) == ("qwen", "t2", True)
    assert first["messages"] == _say([("system", "Be kind."), ("user", "more")])
    assert (second["model"], second["label"]) == ("gemma", "stays-here")
    assert second["messages"] == _say([("system", "Be brief."), ("user", "more")])
    assert service.asked("label_conversation") == [{"words": "c9", "label": "stays-here"}]


def test_a_conversation_that_is_not_there_ends_the_command(environment: dict[str, str], serve: Serve) -> None:
    serve(open_conversation=_open)
    assert aspen(environment, "chat", "--conversation", "nobody", piped="more\n").code == 3


def test_a_person_is_told_once_that_nothing_is_encrypted(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=_talking("ok", is_encrypted=False))
    sentence = "Remembered on this computer, unencrypted: there is no keyring."
    assert aspen(environment, "chat", piped="one\ntwo\n").err.count(sentence) == 1


def test_an_error_is_shown_and_the_conversation_goes_on_without_that_turn(
    environment: dict[str, str], serve: Serve
) -> None:
    def script(told: Frame) -> list[Step]:
        if "again" not in str(told["messages"]):
            return [_remembered(1), text("Hal"), EngineStopped("The engine ended.", hint="Ask again.")]
        return [_remembered(2), text("Hello."), asked_result("Hello.")]

    service = serve(ask=script)
    with OnTerminal(environment, "chat") as chat:
        chat.wait_for(PROMPT)
        chat.type("hello\n")
        assert "Error: The engine ended.\nAsk again.\n" in chat.wait_for(PROMPT)
        chat.type("hello again\n")
        chat.wait_for("Hello.\n")
        assert chat.leave() == 0
    assert _places(service.asked("ask")) == [("new", None), ("c1", "")]


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
    service = serve(ask=_talking("ok"))
    outcome = aspen(environment, "chat", piped="one\n\ntwo\n")
    assert (outcome.code, outcome.out) == (0, "ok\nok\n")
    assert _places(service.asked("ask")) == [("new", None), ("c1", "a1")]
    assert [told["is_piped"] for told in service.asked("ask")] == [True, True]


def test_chat_under_json_answers_each_line_with_one_object(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=lambda told: [EngineStopped("It ended.")] if "bad" in str(told) else answers("ok")(told))
    outcome = aspen(environment, "chat", "--json", piped="/bye\nbad\n")
    first, second = map(json.loads, outcome.out.splitlines())
    assert outcome.code == 0
    assert first["answer"] == "ok"
    assert second["error"]["code"] == "engine_stopped"
