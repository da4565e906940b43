"""A session is a word that only its browser has: it ends, it is bounded in number, and a broken file opens nothing."""

from __future__ import annotations

from pathlib import Path

from aspen.egress.gate.page.sessions import SESSION_SECONDS, Sessions

APP = "http://127.0.0.1:1"


def test_a_session_is_found_by_its_word_until_it_ends(tmp_path: Path) -> None:
    now = 1000.0
    sessions = Sessions(tmp_path, lambda: now)
    word = sessions.open(APP)
    found = sessions.find(("planted", word))
    assert found is not None
    assert found.app_origin == APP
    assert sessions.has_app(APP)
    now += SESSION_SECONDS
    assert sessions.find((word,)) is None
    assert not sessions.has_app(APP)


def test_what_lies_on_the_disk_is_no_word(tmp_path: Path) -> None:
    word = Sessions(tmp_path).open(APP)
    kept = (tmp_path / "page-sessions.json").read_text("utf-8")
    digest = kept.split('"')[kept.split('"').index("sessions") + 2]
    again = Sessions(tmp_path)
    assert again.find((word,)) is not None
    assert again.find((digest,)) is None


def test_a_file_that_cannot_be_read_opens_nothing_and_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "page-sessions.json").write_text('{"schema": 1, "sessions": [["a", 1], 2, {}', "utf-8")
    word = Sessions(tmp_path).open(APP)
    assert Sessions(tmp_path).find((word,)) is not None


def test_the_oldest_session_goes_when_there_are_too_many(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path)
    words = [sessions.open(APP) for _ in range(65)]
    assert sessions.find((words[0],)) is None
    assert sessions.find((words[1],)) is not None
