"""What is said in a conversation is there again: after a stop, a restart and a kill, once and not twice."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from typing import Any, cast

import pytest

from aspen.channel.framing import Frame
from aspen.core.errors import AspenError, NotFound, ServiceStopped
from fakes.processes import becomes
from fakes.service_home import CORE, ENGINE, ServiceHome, long_question, question, texts

SHORT = {"answer_tokens": 6, "temperature": 0}
LATEST_SAVE_SECONDS, SLACK_SECONDS = 0.25, 0.4


def _ask(home: ServiceHome, text: str, **more: Any) -> dict[str, Any]:
    return home.call("ask", **question(text, options=SHORT, **more))


def _said(home: ServiceHome, conversation: str) -> list[str]:
    opened = home.call("open_conversation", words=conversation)
    return [message["text"] for message in opened["messages"]]


def _until_text(frames: Iterator[Frame]) -> Frame:
    """Read up to the first words and return the event that says where they are remembered."""
    remembered: Frame = {}
    for frame in frames:
        if frame.get("event") == "remembered":
            remembered.update(frame)
        if frame.get("event") == "text" and str(frame["text"]).strip():
            return remembered
    raise AssertionError("no words came")


def test_the_ids_come_before_the_first_word_and_stand_in_the_result(shared_home: ServiceHome) -> None:
    with shared_home.session() as session:
        frames = list(session.stream("ask", question("hi", conversation="new", options=SHORT)))
    kinds = [frame.get("event") for frame in frames]
    assert kinds.index("decision") < kinds.index("remembered") < kinds.index("text")
    remembered, last = frames[kinds.index("remembered")], frames[-1]["result"]
    assert isinstance(remembered["is_encrypted"], bool)
    assert isinstance(last, dict)
    result = cast("Frame", last)
    for name in ("conversation", "question", "turn"):
        assert result[name]
        assert remembered[name] == result[name]


def test_without_a_conversation_nothing_is_written(shared_home: ServiceHome) -> None:
    before = len(shared_home.call("list_conversations")["conversations"])
    result = _ask(shared_home, "hi")
    assert (result["conversation"], result["question"], result["turn"]) == (None, None, None)
    assert len(shared_home.call("list_conversations")["conversations"]) == before


def test_a_preview_and_a_refusal_begin_no_conversation(shared_home: ServiceHome) -> None:
    before = len(shared_home.call("list_conversations")["conversations"])
    _ask(shared_home, "hi", conversation="new", is_preview=True)
    refused = _ask(shared_home, "hi", conversation="new", model="cloud")
    assert refused["decision"]["kind"] == "refusal"
    assert refused["conversation"] is None
    assert len(shared_home.call("list_conversations")["conversations"]) == before


def test_only_the_question_is_sent_and_the_model_knows_what_was_said(shared_home: ServiceHome) -> None:
    first = _ask(shared_home, "The word is plum. " * 20, conversation="new")
    second = _ask(shared_home, "Go on.", conversation=first["conversation"])
    assert second["usage"]["prompt_tokens"] > first["usage"]["prompt_tokens"]
    texts = _said(shared_home, first["conversation"])
    assert texts == ["The word is plum. " * 20, first["answer"], "Go on.", second["answer"]]


def test_an_older_turn_or_the_start_begins_a_branch(shared_home: ServiceHome) -> None:
    first = _ask(shared_home, "One.", conversation="new")
    talk = first["conversation"]
    second = _ask(shared_home, "Two.", conversation=talk)
    branch = _ask(shared_home, "Another two.", conversation=talk, parent=first["turn"])
    assert _said(shared_home, talk) == ["One.", first["answer"], "Another two.", branch["answer"]]
    start = _ask(shared_home, "Another one.", conversation=talk, parent="")
    assert _said(shared_home, talk) == ["Another one.", start["answer"]]
    _ask(shared_home, "Three.", conversation=talk, parent=second["turn"])
    assert _said(shared_home, talk)[:3] == ["One.", first["answer"], "Two."]


@pytest.mark.parametrize("place", [{"conversation": "nonsuch"}, {"conversation": "own", "parent": "nonsuch"}])
def test_a_place_that_is_not_there_is_refused(shared_home: ServiceHome, place: dict[str, str]) -> None:
    own = _ask(shared_home, "hi", conversation="new")["conversation"]
    with pytest.raises(NotFound):
        _ask(shared_home, "hi", **{**place, "conversation": place["conversation"].replace("own", own)})


def test_instructions_are_remembered_beside_the_turns_until_they_change(shared_home: ServiceHome) -> None:
    system = {"role": "system", "content": "Be brief."}
    user = {"role": "user", "content": "hi"}
    talk = shared_home.call("ask", messages=[system, user], conversation="new", options=SHORT)["conversation"]
    shared_home.call("ask", messages=[system, user], conversation=talk, options=SHORT)
    opened = shared_home.call("open_conversation", words=talk)
    assert (opened["system"], opened["turn_count"]) == ("Be brief.", 4)
    assert [message["role"] for message in opened["messages"]] == ["user", "assistant"] * 2
    shared_home.call("ask", messages=[user], conversation=talk, options=SHORT)
    assert shared_home.call("open_conversation", words=talk)["system"] is None


def test_an_assistants_examples_are_no_turns(starter_home: ServiceHome) -> None:
    starter_home.run("models")
    made = "FROM smollm2:135m\nSYSTEM Add.\nMESSAGE user 2+2?\nMESSAGE assistant 4\n"
    starter_home.call("create", name="sums", modelfile=made)
    first = _ask(starter_home, "3+3?", conversation="new", model="sums")
    second = _ask(starter_home, "4+4?", conversation=first["conversation"], model="sums")
    assert second["usage"]["cached_tokens"] >= first["usage"]["prompt_tokens"] - 1
    opened = starter_home.call("open_conversation")
    assert [message["text"] for message in opened["messages"]] == ["3+3?", first["answer"], "4+4?", second["answer"]]
    assert (opened["model"], opened["system"]) == ("sums", None)


def test_the_model_that_was_asked_last_is_remembered(shared_home: ServiceHome) -> None:
    talk = _ask(shared_home, "hi", conversation="new", model="smollm2:135m")["conversation"]
    _ask(shared_home, "hi", conversation=talk)
    assert shared_home.call("open_conversation", words=talk)["model"] is None


def test_what_a_client_stops_is_kept_as_cut_off_and_gone_on_from(shared_home: ServiceHome) -> None:
    with shared_home.session() as session:
        remembered = _until_text(session.stream("ask", {**long_question(), "conversation": "new"}))
    talk = str(remembered["conversation"])
    assert becomes(lambda: shared_home.call("ps")["engines"][0]["requests_in_flight"] == 0)
    opened = shared_home.call("open_conversation", words=talk)
    assert (opened["turn"], opened["messages"][-1]["was_stopped"]) == (remembered["turn"], True)
    assert opened["messages"][-1]["text"]
    after = _ask(shared_home, "Go on.", conversation=talk, parent=remembered["turn"])
    assert _said(shared_home, talk)[2:] == ["Go on.", after["answer"]]


def test_a_question_that_nobody_answered_is_given_apart_and_not_gone_on_from(starter_home: ServiceHome) -> None:
    starter_home.run("models")
    first = _ask(starter_home, "hi", conversation="new")
    talk = first["conversation"]
    for place in ({"conversation": talk}, {"conversation": "new"}):
        with starter_home.session() as session:
            for frame in session.stream("ask", {**question("Too soon?" + " Why" * 2000), **place}):
                if frame.get("event") == "remembered":
                    break
            os.kill(starter_home.pids(CORE)[0], signal.SIGKILL)
        starter_home.run("ps")
    assert starter_home.call("open_conversation")["unanswered"].startswith("Too soon?")
    assert starter_home.call("open_conversation")["turn"] == ""
    opened = starter_home.call("open_conversation", words=talk)
    assert (opened["turn"], len(opened["messages"])) == (first["turn"], 2)
    again = _ask(starter_home, "Still there?", conversation=talk)
    assert _said(starter_home, talk) == ["hi", first["answer"], "Still there?", again["answer"]]


def test_a_conversation_goes_on_after_a_restart_of_the_service(starter_home: ServiceHome) -> None:
    starter_home.run("models")
    first = _ask(starter_home, "hi", conversation="new")
    starter_home.stop()
    starter_home.run("ps")
    opened = starter_home.call("open_conversation")
    assert (opened["conversation"], opened["turn"]) == (first["conversation"], first["turn"])
    second = _ask(starter_home, "And you?", conversation=opened["conversation"], parent=opened["turn"])
    assert _said(starter_home, opened["conversation"]) == ["hi", first["answer"], "And you?", second["answer"]]


@pytest.mark.parametrize("lead_seconds", [0.9, 1.4])
def test_a_killed_core_loses_a_quarter_of_a_second_at_most_and_doubles_nothing(
    starter_home: ServiceHome, lead_seconds: float
) -> None:
    starter_home.run("models")
    came: list[tuple[float, str]] = []
    with starter_home.session() as session:
        frames = session.stream("ask", {**long_question(), "conversation": "new"})
        for piece in texts(frames):
            came.append((time.monotonic(), piece))
            if came[-1][0] - came[0][0] >= lead_seconds:
                break
        killed_at = time.monotonic()
        os.kill(starter_home.pids(CORE)[0], signal.SIGKILL)
        with pytest.raises(ServiceStopped):
            list(frames)
    starter_home.run("ps")
    opened = starter_home.call("open_conversation")
    asked, answer = opened["messages"]
    assert (asked["text"], answer["was_stopped"], opened["turn_count"]) == ("List numbers.", True, 2)
    whole = "".join(piece for _, piece in came)
    due = "".join(piece for at, piece in came if at <= killed_at - LATEST_SAVE_SECONDS - SLACK_SECONDS)
    assert due
    assert answer["text"].startswith(due)
    assert answer["text"].startswith(whole) or whole.startswith(answer["text"])


def test_an_engine_that_ends_in_mid_answer_leaves_what_it_had_said(starter_home: ServiceHome) -> None:
    starter_home.run("models")
    with starter_home.session() as session:
        frames = session.stream("ask", {**long_question(), "conversation": "new"})
        _until_text(frames)
        os.kill(starter_home.pids(ENGINE)[0], signal.SIGKILL)
        with pytest.raises(AspenError):
            list(frames)
    opened = starter_home.call("open_conversation")
    assert (opened["messages"][-1]["role"], opened["messages"][-1]["was_stopped"]) == ("assistant", True)
