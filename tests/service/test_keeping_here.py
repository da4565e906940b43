"""What a person keeps here of a message is not in the bytes that leave, and stays labelled as what stays here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from aspen.core.errors import Misused, NeedsApproval, StaysHere
from fakes.connected_home import MODEL, ConnectedHome, connected_home
from fakes.service_home import question

SAID = "The colour is plum. The code is 7319. Which fruit is it?"
CODE = "The code is 7319."


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        at.home.run("ps")
        yield at


def _sent(at: ConnectedHome, text: str = SAID, **more: Any) -> dict[str, Any]:
    """Ask elsewhere with words that may leave."""
    asked = question(text, **{"model": MODEL, "label": "may-leave", "conversation": "new", **more})
    return at.home.call("ask", **asked)


def _keep(at: ConnectedHome, said: dict[str, Any], **what: Any) -> dict[str, Any]:
    return at.home.call("keep_here", conversation=said["conversation"], turn=said["question"], **what)


def _last_body(at: ConnectedHome) -> str:
    return at.provider.received[-1].body.decode()


def _turns(at: ConnectedHome, said: dict[str, Any]) -> list[dict[str, Any]]:
    return at.home.call("conversation", conversation=said["conversation"])["turns"]


def test_a_passage_is_left_out_of_what_leaves_next_and_its_message_stays_here(shared: ConnectedHome) -> None:
    first = _sent(shared)
    told = _keep(shared, first, passage=CODE)
    assert told["kept_here"] == {"is_whole": False, "passages": [CODE]}
    _sent(shared, "And then?", conversation=first["conversation"])
    assert "7319" not in _last_body(shared)
    assert "The colour is plum. […] Which fruit is it?" in _last_body(shared)
    asked = _turns(shared, first)[0]
    assert (asked["word"], asked["text"], asked["kept_here"]) == ("stays-here", SAID, told["kept_here"])


def test_undo_lets_it_go_along_again_under_the_label_that_it_had(shared: ConnectedHome) -> None:
    first = _sent(shared)
    label = _turns(shared, first)[0]["label"]
    _keep(shared, first, passage=CODE)
    assert _keep(shared, first, passage=CODE, undo=True)["kept_here"] is None
    assert _turns(shared, first)[0]["label"] == label
    _sent(shared, "And then?", conversation=first["conversation"])
    assert "7319" in _last_body(shared)


def test_a_whole_message_is_left_out_with_the_answer_to_it(shared: ConnectedHome) -> None:
    first = _sent(shared)
    _keep(shared, first)
    _sent(shared, "And then?", conversation=first["conversation"])
    assert "plum" not in _last_body(shared)
    assert "captions" not in _last_body(shared)
    with pytest.raises(StaysHere, match="You keep this message here"):
        shared.home.call("ask", conversation=first["conversation"], again=first["question"], model=MODEL)


def test_what_waits_is_void_with_it_and_the_same_question_shows_other_bytes(shared: ConnectedHome) -> None:
    at, mark = shared, len(shared.provider.received)
    with at.home.session() as session:
        frames = session.stream("ask", question(SAID, model=MODEL, conversation="new"))
        seen = {str(frame.get("event")): frame for frame in _until_asked(frames)}
        said, old = dict(seen["remembered"]), seen["awaiting_approval"]
        _keep(at, said, passage=CODE)
        with pytest.raises(NeedsApproval, match="The message changed") as changed:
            list(frames)
    assert changed.value.facts["is_changed"] is True
    assert at.person.call("pending")["pending"] == []
    with at.home.session() as session:
        frames = session.stream(
            "ask", {"conversation": said["conversation"], "again": said["question"], "model": MODEL}
        )
        new = list(_until_asked(frames))[-1]
        assert new["body_sha256"] != old["body_sha256"]
        at.person.approve(new)
        list(frames)
    (received,) = at.received_during(mark)
    assert b"7319" not in received.body
    asked = _turns(at, said)[0]
    assert (asked["word"], len(asked["siblings"])) == ("stays-here", 1)
    _sent(at, "And then?", conversation=said["conversation"])
    assert "7319" not in _last_body(at)


def _until_asked(frames: Iterator[Any]) -> Iterator[dict[str, Any]]:
    for frame in frames:
        yield frame
        if frame.get("event") == "awaiting_approval":
            return


def test_words_that_do_not_stand_there_cannot_be_kept(shared: ConnectedHome) -> None:
    first = _sent(shared)
    with pytest.raises(Misused, match="do not stand in that message"):
        _keep(shared, first, passage="Something else.")


def test_earlier_words_that_nobody_labelled_leave_once_a_person_lets_them(shared: ConnectedHome) -> None:
    at, words = shared, question("Which fruit?", model=MODEL, conversation="new")
    with at.home.session() as session:
        frames = session.stream("ask", words)
        said = {str(frame.get("event")): frame for frame in _until_asked(frames)}["remembered"]
        at.person.call("decline", nonce=at.person.call("pending")["pending"][0]["nonce"])
        with pytest.raises(StaysHere):
            list(frames)
    told = at.home.call("let_leave", conversation=said["conversation"], turn=said["question"])
    assert told["changed"] == [{"turn": said["question"], "word": "may-leave"}]
    at.home.call("label_conversation", words=said["conversation"], label="may-leave")
    again = at.home.call("ask", conversation=said["conversation"], again=said["question"], model=MODEL)
    assert again["sent"]["provider"] == "acme"


def test_what_somebody_keeps_here_is_not_let_go_with_the_rest(shared: ConnectedHome) -> None:
    first = _sent(shared)
    _keep(shared, first, passage=CODE)
    told = shared.home.call("let_leave", conversation=first["conversation"], turn=first["turn"])
    assert told["changed"] == []
    assert _turns(shared, first)[0]["word"] == "stays-here"
