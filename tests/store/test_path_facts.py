"""Links, renamed folders and other names, on a real file system."""

from __future__ import annotations

import contextlib
import os
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.errors import Misused
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.privacy.path_rules import DeclaredPath, label_of_path
from aspen.store.hard_links import SearchBounds
from aspen.store.path_facts import declarations_of, facts_of_path
from aspen.store.store import Store

STAYS = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)


class Folder:
    """A home with `cases`, which stays here, and `public`, which may leave."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.cases, self.public = home / "cases", home / "public"
        for folder in (self.cases, self.public):
            folder.mkdir()
            (folder / "notes.txt").write_text("words", "utf-8")
        self.declared: tuple[DeclaredPath, ...] = (
            *declarations_of(self.cases, STAYS),
            *declarations_of(self.public, PUBLIC),
        )

    def label(self, path: Path, bounds: SearchBounds | None = None) -> Label:
        facts = facts_of_path(path, self.declared, home=self.home, bounds=bounds)
        return label_of_path(facts, self.declared)

    def stays(self, path: Path) -> bool:
        return self.label(path).sensitivity is Sensitivity.PRIVATE


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path.resolve())


def test_a_file_has_the_label_of_its_folder(folder: Folder) -> None:
    assert folder.label(folder.cases / "notes.txt").reasons == ("notes.txt stays on this computer (folder ~/cases)",)
    assert folder.label(folder.public / "notes.txt").reasons == ("notes.txt may leave (folder ~/public)",)
    assert folder.label(folder.home / "notes.txt") == UNSET
    assert folder.stays(folder.cases / "not" / "there" / "yet.txt")


def test_dots_on_the_way_change_nothing(folder: Folder) -> None:
    assert folder.stays(folder.public / ".." / "cases" / "." / "notes.txt")
    assert not folder.stays(folder.cases / ".." / "public" / "notes.txt")


def test_a_link_to_a_file_that_stays_here_stays_here(folder: Folder) -> None:
    (folder.public / "file").symlink_to(folder.cases / "notes.txt")
    (folder.public / "relative").symlink_to("../cases/notes.txt")
    (folder.public / "folder").symlink_to(folder.cases)
    (folder.public / "second").symlink_to("file")
    for path in ("file", "relative", "folder/notes.txt", "folder/new.txt", "second", "folder/../cases/notes.txt"):
        assert folder.stays(folder.public / path), path


def test_a_link_that_lies_where_things_stay_here_counts_wherever_it_is_met(folder: Folder) -> None:
    (folder.cases / "out").symlink_to(folder.public / "notes.txt")
    (folder.public / "hop").symlink_to(folder.cases / "out")
    assert folder.label(folder.cases / "out").sensitivity is Sensitivity.PRIVATE
    assert folder.label(folder.public / "hop").reasons == (
        "hop stays on this computer (through a link: folder ~/cases)",
    )


def test_a_link_out_of_the_folder_that_may_leave_allows_nothing(folder: Folder) -> None:
    (folder.home / "diary.txt").touch()
    (folder.public / "link").symlink_to(folder.home / "diary.txt")
    assert folder.label(folder.public / "link").source is LabelSource.UNSET


def test_a_circle_of_links_stays_here(folder: Folder) -> None:
    (folder.public / "a").symlink_to("b")
    (folder.public / "b").symlink_to("a")
    assert folder.label(folder.public / "a").source is LabelSource.DETECTED
    with pytest.raises(Misused):
        declarations_of(folder.public / "a", PUBLIC)


def test_a_renamed_folder_keeps_its_label_and_its_replacement_has_one_too(folder: Folder) -> None:
    folder.cases.rename(folder.home / "matter")
    assert folder.stays(folder.home / "matter" / "notes.txt")
    folder.cases.mkdir()
    assert folder.stays(folder.home / "matter" / "notes.txt")
    assert folder.stays(folder.cases / "new.txt")
    (folder.home / "matter").rename(folder.public / "matter")
    assert folder.stays(folder.public / "matter" / "notes.txt")


def test_a_folder_in_the_place_of_one_that_might_leave_must_be_asked_for_again(folder: Folder) -> None:
    folder.public.rename(folder.home / "old")
    assert folder.label(folder.home / "old" / "notes.txt") == UNSET
    folder.public.mkdir()
    (label,) = folder.label(folder.public / "new.txt").reasons
    assert label == "~/public is not the folder any more that you said something about: it was replaced"
    folder.declared = (folder.declared[0], *declarations_of(folder.public, PUBLIC))
    assert not folder.stays(folder.public / "new.txt")


def test_a_file_keeps_its_label_when_an_editor_replaces_it(folder: Folder) -> None:
    path = folder.home / "one.txt"
    path.write_text("first", "utf-8")
    folder.declared = declarations_of(path, STAYS)
    assert folder.label(path).reasons == ("one.txt stays on this computer (you said so of this file)",)
    (folder.home / "draft").write_text("second", "utf-8")
    (folder.home / "draft").replace(path)
    assert folder.stays(path)


def test_a_renamed_file_keeps_its_label(folder: Folder) -> None:
    path = folder.home / "one.txt"
    path.write_text("first", "utf-8")
    folder.declared = declarations_of(path, STAYS)
    path.rename(folder.home / "two.txt")
    assert "is what was ~/one.txt" in folder.label(folder.home / "two.txt").reasons[0]


def test_another_name_of_a_file_that_stays_here_stays_here(folder: Folder) -> None:
    (folder.cases / "deep" / "er").mkdir(parents=True)
    inside = folder.cases / "deep" / "er" / "secret.txt"
    inside.write_text("words", "utf-8")
    outside = folder.public / "harmless.txt"
    outside.hardlink_to(inside)
    assert folder.label(outside).reasons == (
        "harmless.txt stays on this computer (the same file lies in folder ~/cases)",
    )
    inside.unlink()
    assert not folder.stays(outside)


def test_another_name_elsewhere_does_no_harm(folder: Folder) -> None:
    (folder.home / "other.txt").hardlink_to(folder.public / "notes.txt")
    assert not folder.stays(folder.public / "notes.txt")


def test_the_other_names_of_one_declared_file_are_known(folder: Folder) -> None:
    folder.declared = (*folder.declared, *declarations_of(folder.public / "notes.txt", STAYS))
    (folder.public / "again.txt").hardlink_to(folder.public / "notes.txt")
    assert folder.stays(folder.public / "again.txt")


@pytest.mark.parametrize("bounds", [SearchBounds(entries=5), SearchBounds(seconds=-1.0)])
def test_a_search_that_is_cut_off_fails_closed(folder: Folder, bounds: SearchBounds) -> None:
    for number in range(20):
        (folder.cases / str(number)).touch()
    (folder.home / "other.txt").hardlink_to(folder.public / "notes.txt")
    label = folder.label(folder.public / "notes.txt", bounds)
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DETECTED)
    assert "~/cases could not be searched" in label.reasons[0]


def test_a_folder_that_cannot_be_read_to_its_end_counts_as_not_searched(folder: Folder) -> None:
    """Deeper than any path may be long (PATH_MAX), which stops root as well."""
    with contextlib.ExitStack() as opened:
        inner = os.open(folder.cases, os.O_RDONLY)
        opened.callback(os.close, inner)
        for _ in range(20):
            os.mkdir("d" * 250, dir_fd=inner)
            inner = os.open("d" * 250, os.O_RDONLY, dir_fd=inner)
            opened.callback(os.close, inner)
    (folder.home / "other.txt").hardlink_to(folder.public / "notes.txt")
    assert folder.label(folder.public / "notes.txt").source is LabelSource.DETECTED


def test_a_folder_that_is_gone_cannot_be_searched(folder: Folder) -> None:
    (folder.public / "linked.txt").hardlink_to(folder.cases / "notes.txt")
    folder.cases.rename(folder.home / "matter")
    assert folder.stays(folder.public / "linked.txt")
    folder.cases.mkdir()
    assert folder.stays(folder.public / "linked.txt")


def test_a_folder_on_another_disk_is_passed_by(folder: Folder) -> None:
    (folder.home / "other.txt").hardlink_to(folder.public / "notes.txt")
    elsewhere = replace(folder.declared[0], path="/nowhere", device=(folder.declared[0].device or 0) + 1)
    folder.declared = (elsewhere, *folder.declared[1:])
    assert not folder.stays(folder.public / "notes.txt")


def test_a_declaration_through_a_link_holds_for_both_names(folder: Folder) -> None:
    (folder.home / "link").symlink_to(folder.home / "target")
    (folder.home / "target").mkdir()
    declared = declarations_of(folder.home / "link", STAYS)
    assert [each.path for each in declared] == [str(folder.home / "target"), str(folder.home / "link")]
    assert {each.declared_as for each in declared} == {str(folder.home / "link")}
    folder.declared = declared
    assert folder.stays(folder.home / "target" / "a.txt")
    (folder.home / "link").unlink()
    (folder.home / "link").symlink_to(folder.public)
    assert folder.stays(folder.home / "link" / "notes.txt")


def test_a_name_that_is_no_text_is_a_name(folder: Folder, store: Store) -> None:
    odd = folder.home / os.fsdecode(b"caf\xe9\n")
    odd.mkdir()
    store.path_labels.declare(*declarations_of(odd, STAYS))
    folder.declared = store.path_labels.all()
    assert folder.label(odd / "a.txt").reasons == ("a.txt stays on this computer (folder ~/caf??)",)


def test_a_path_that_hangs_in_the_air_is_refused(folder: Folder) -> None:
    with pytest.raises(Misused, match="absolute"):
        folder.label(Path("notes.txt"))


def test_a_folder_itself_is_no_file_with_many_names(folder: Folder) -> None:
    (folder.public / "below").mkdir()
    assert facts_of_path(folder.public, folder.declared).link_count == 1
    assert not folder.stays(folder.public)
    assert folder.label(Path("/")) == UNSET
