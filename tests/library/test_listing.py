"""Looking into one folder of somebody else's."""

from __future__ import annotations

import os
from pathlib import Path

from store_builders import write_file

from aspen.library.listing import is_file, list_folder, real_path


def test_hidden_entries_pipes_and_other_endings_are_passed_over(tmp_path: Path) -> None:
    for name in ("b.gguf", "A.GGUF", ".hidden.gguf", "._b.gguf", "readme.txt"):
        write_file(tmp_path / name)
    os.mkfifo(tmp_path / "pipe.gguf")
    (tmp_path / "folder").mkdir()

    listing = list_folder(tmp_path, root=real_path(tmp_path), store="test")

    assert [file.name for file in listing.files] == ["A.GGUF", "b.gguf"]
    assert listing.folders == ("folder",)
    assert listing.problems == ()


def test_bytes_that_are_no_text_in_a_name_are_a_problem_that_can_be_printed(tmp_path: Path) -> None:
    write_file(tmp_path / os.fsdecode(b"odd\xff.gguf"))

    listing = list_folder(tmp_path, root=real_path(tmp_path), store="test")

    assert listing.files == ()
    [problem] = listing.problems
    assert problem.sentence.isprintable()


def test_a_circle_of_links_neither_raises_nor_is_followed(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")

    assert list_folder(tmp_path / "a", root=real_path(tmp_path), store="test").files == ()
    assert not is_file(tmp_path / "a")


def test_a_link_within_the_store_is_followed(tmp_path: Path) -> None:
    write_file(tmp_path / "blobs/blob")
    (tmp_path / "model.gguf").symlink_to(tmp_path / "blobs/blob")

    assert [file.name for file in list_folder(tmp_path, root=real_path(tmp_path), store="test").files] == ["model.gguf"]
