"""Files for a person: 0600, whole or not there, and never written over without a word."""

from __future__ import annotations

from pathlib import Path

import pytest

from aspen.cli.private_files import draft_for
from aspen.core.errors import Misused, NotFound, NotWritable


def write(target: Path, words: str, *, overwrites: bool = False) -> None:
    with draft_for(target, overwrites=overwrites) as draft:
        draft.write(words)
        assert not target.exists() or target.read_text("utf-8") != words
        draft.put_in_place(overwrites=overwrites)


def test_the_file_is_there_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    write(tmp_path / "a.json", "wörds")
    assert (tmp_path / "a.json").read_text("utf-8") == "wörds"
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_failure_leaves_what_was_there_and_nothing_beside(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    target.write_text("before", "utf-8")
    with pytest.raises(ZeroDivisionError), draft_for(target, overwrites=True) as draft:
        draft.write("after")
        raise ZeroDivisionError
    assert target.read_text("utf-8") == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_nothing_is_written_over_without_a_word(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    write(target, "first")
    with pytest.raises(Misused, match="already"):
        write(target, "second")
    write(target, "third", overwrites=True)
    assert target.read_text("utf-8") == "third"
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_file_that_appeared_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    target = tmp_path / "a.json"
    with pytest.raises(Misused, match="already"), draft_for(target, overwrites=False) as draft:
        target.write_text("somebody else's", "utf-8")
        draft.put_in_place(overwrites=False)
    assert target.read_text("utf-8") == "somebody else's"


def test_a_link_leads_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "there" / "a.json")
    write(link, "words")
    assert link.is_symlink()
    assert (tmp_path / "there" / "a.json").read_text("utf-8") == "words"


def test_what_is_no_place_for_a_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no folder"):
        write(tmp_path / "nowhere" / "a.json", "words")
    with pytest.raises(Misused, match="is a folder"):
        write(tmp_path, "words", overwrites=True)
    with pytest.raises(NotWritable, match="cannot be written"):
        write(tmp_path / ("a" * 300 + ".json"), "words")
