"""Files that are dropped on the app, pasted or named there: words that stay here do not leave by that way either."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from canaries import found
from closed_home import CLAUDE, GPT, ClosedHome
from watching import Watch

from fakes.pdf_writer import pdf_of
from fakes.pictures import png_of


@pytest.fixture
def kept(home: ClosedHome, token: str) -> Path:
    """A file with a canary, in a folder that stays here."""
    file = home.file(f"kept-{token[:4]}/notes.txt", f"The client's name is {token}.")
    home.declare(file.parent, "stays-here")
    return file


def _dropped(home: ClosedHome, name: str, content: bytes) -> str:
    """Drop bytes on a chat that has not begun, and return what `ask` calls them by."""
    told = home.call("attach_file", name=name, base64=base64.b64encode(content).decode(), conversation="new")
    return told["file"]


def _sent_picture(content: dict[str, Any]) -> bytes:
    parts = [part for message in content["messages"] for part in message["content"] if part["type"] == "image"]
    return base64.b64decode(parts[0]["source"]["data"])


@pytest.mark.parametrize("what", ["file", "folder"])
def test_case_01_what_is_named_by_its_path_in_the_app_keeps_its_label(
    home: ClosedHome, watch: Watch, kept: Path, token: str, what: str
) -> None:
    path = kept if what == "file" else kept.parent
    told = home.call("attach_path", path=str(path), conversation="new")
    assert told["word"] == "stays-here"
    refused = home.ask("What is the client's name?", model=CLAUDE, files=[told["file"]], label="may-leave")
    assert refused.is_refused
    assert "stays on this computer" in refused.why
    assert watch.nothing_left()
    assert found(token, watch.seen().places()) == []


def test_case_01_a_dropped_file_is_not_words_just_typed(home: ClosedHome, watch: Watch, token: str) -> None:
    file = _dropped(home, "notes.pdf", pdf_of([f"The client is {token}."]))
    refused = home.ask("Who is the client?", model=GPT, files=[file])
    assert refused.is_refused
    assert refused.previews == []
    assert watch.nothing_left()
    assert found(token, watch.seen().places()) == []


def test_case_01_a_file_that_is_dropped_on_a_chat_that_stays_here_stays_here(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    begun = home.ask_here("Hello.", conversation="new", label="stays-here").result["conversation"]
    told = home.call("attach_file", name="a.txt", base64=base64.b64encode(token.encode()).decode(), conversation=begun)
    refused = home.ask("Summarise.", model=CLAUDE, files=[told["file"]], conversation=begun, label="may-leave")
    assert refused.is_refused
    assert watch.nothing_left()
    assert found(token, watch.seen().places()) == []


def test_case_08_a_question_that_is_edited_takes_its_kept_file_along_with_its_label(
    home: ClosedHome, watch: Watch, kept: Path, token: str
) -> None:
    file = home.call("attach_path", path=str(kept), conversation="new")["file"]
    begun = home.ask_here("Summarise.", files=[file], conversation="new").result["conversation"]
    for files in ([file], []):
        refused = home.ask("Again.", model=CLAUDE, files=files, conversation=begun, parent="", label="may-leave")
        assert refused.is_refused
    assert watch.nothing_left()
    assert found(token, watch.seen().places()) == []


def test_case_35_the_name_of_a_dropped_file_does_not_leave_with_its_words(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    file = _dropped(home, f"{token}.md", b"# The fair\n\nThe fair opens at ten.\n")
    answered = home.ask("When does the fair open?", model=CLAUDE, files=[file], label="may-leave")
    assert answered.error is None
    (request,) = watch.asked
    assert b"opens at ten" in request.body
    assert found(token, watch.seen().places()) == []


def test_case_36_a_dropped_picture_takes_only_its_pixels_along(home: ClosedHome, watch: Watch, token: str) -> None:
    head, end = png_of(2, 2)[:-12], png_of(2, 2)[-12:]
    comment = b"tEXtComment\0" + token.encode()
    encoded = head + (len(comment) - 4).to_bytes(4, "big") + comment + bytes(4) + end
    file = _dropped(home, f"{token}.png", encoded)
    answered = home.ask("What is on it?", model=CLAUDE, files=[file], label="may-leave")
    assert answered.error is None
    (request,) = watch.asked
    assert found(token, watch.seen().places()) == []
    assert found(token, {"the picture": _sent_picture(request.content)}) == []
