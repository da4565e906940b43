"""Nearest wins, and nothing is laxer than an enclosing folder that stays here; every sentence says why."""

from __future__ import annotations

import pytest

from aspen.core.label import UNSET, Label, LabelSource, Sensitivity
from aspen.privacy.path_rules import DeclaredPath, HardLinks, PathFacts, Place, Way, label_of_path, printable, shortened

HOME = "/home/me"
STAYS = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)
MINE = Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED)
MAY_LEAVE = Label(sensitivity=Sensitivity.PUBLIC, source=LabelSource.DECLARED)
TO_ONE = Label(sensitivity=Sensitivity.PUBLIC, source=LabelSource.DECLARED, providers=frozenset({"anthropic"}))


def way(path: str, **inodes: int) -> Way:
    """Make the way to a path; `inodes` names folders by their last part."""
    parts = path.split("/")
    above = ["/".join(parts[:length]) or "/" for length in range(len(parts), 0, -1)]
    return tuple(
        Place(path=each, device=1, inode=inodes.get(each.rpartition("/")[2], hash(each) | 1 << 40)) for each in above
    )


def facts(path: str, *others: Way, **inodes: int) -> PathFacts:
    return PathFacts(real=way(path, **inodes), others=others, home=HOME)


def on(path: str, label: Label, *, is_folder: bool = True, inode: int | None = None) -> DeclaredPath:
    return DeclaredPath(path=path, label=label, is_folder=is_folder, device=1, inode=inode)


NOTES = f"{HOME}/cases/notes.txt"
CASES = on(f"{HOME}/cases", STAYS)


def test_a_file_of_which_nobody_has_spoken_is_unset() -> None:
    assert label_of_path(facts(NOTES), []) == UNSET
    assert label_of_path(facts(NOTES), [on(f"{HOME}/case", STAYS), on(f"{NOTES}/x", STAYS)]) == UNSET


@pytest.mark.parametrize(
    ("declared", "sensitivity", "reason"),
    [
        ([CASES], Sensitivity.PRIVATE, "notes.txt stays on this computer (folder ~/cases)"),
        ([on(f"{HOME}/cases", TO_ONE)], Sensitivity.PUBLIC, "notes.txt may leave to anthropic (folder ~/cases)"),
        ([on(f"{HOME}/cases", MINE)], Sensitivity.INTERNAL, "notes.txt may go to your own servers (folder ~/cases)"),
        ([on("/", MAY_LEAVE)], Sensitivity.PUBLIC, "notes.txt may leave (folder /)"),
        (
            [on(NOTES, STAYS, is_folder=False), on(HOME, MAY_LEAVE)],
            Sensitivity.PRIVATE,
            "notes.txt stays on this computer (you said so of this file)",
        ),
    ],
)
def test_a_declaration_comes_with_a_sentence_that_people_understand(
    declared: list[DeclaredPath], sensitivity: Sensitivity, reason: str
) -> None:
    label = label_of_path(facts(NOTES), declared)
    assert (label.sensitivity, label.source, label.reasons) == (sensitivity, LabelSource.DECLARED, (reason,))


def test_the_nearest_declaration_wins() -> None:
    assert label_of_path(facts(NOTES), [on(HOME, MINE), on(f"{HOME}/cases", MAY_LEAVE)]).sensitivity == 0
    assert label_of_path(facts(NOTES), [on(HOME, MAY_LEAVE), on(f"{HOME}/cases", MINE)]).sensitivity == 1


def test_no_declaration_is_laxer_than_an_enclosing_folder_that_stays_here() -> None:
    for inner in (MINE, MAY_LEAVE):
        declared = [on(NOTES, inner, is_folder=False), on(f"{HOME}/cases", inner), on(HOME, STAYS)]
        label = label_of_path(facts(NOTES), declared)
        assert label.sensitivity is Sensitivity.PRIVATE
        assert label.reasons == ("notes.txt stays on this computer (folder ~)",)


def test_what_is_still_to_be_asked_for_is_no_word_to_stay() -> None:
    assert label_of_path(facts(NOTES), [on(HOME, UNSET), on(f"{HOME}/cases", MAY_LEAVE)]).sensitivity == 0
    assert label_of_path(facts(NOTES), [on(HOME, MAY_LEAVE), on(f"{HOME}/cases", UNSET)]) == UNSET


def test_two_words_on_one_folder_are_joined() -> None:
    label = label_of_path(facts(NOTES), [on(f"{HOME}/cases", MAY_LEAVE), on(f"{HOME}/cases", TO_ONE)])
    assert label.providers == frozenset({"anthropic"})


def test_a_link_into_a_folder_that_stays_here_keeps_its_label() -> None:
    label = label_of_path(facts(NOTES, way(f"{HOME}/public/link.txt")), [CASES, on(f"{HOME}/public", MAY_LEAVE)])
    assert label.sensitivity is Sensitivity.PRIVATE
    assert label.reasons == ("link.txt stays on this computer (folder ~/cases)",)


def test_a_link_that_lies_in_a_folder_that_stays_here_counts_too() -> None:
    seen = facts("/srv/public/x.txt", way(NOTES))
    label = label_of_path(seen, [CASES, on("/srv/public", MAY_LEAVE)])
    assert label.reasons == ("notes.txt stays on this computer (through a link: folder ~/cases)",)


def test_a_link_out_of_a_folder_that_may_leave_allows_nothing() -> None:
    seen = facts("/srv/x.txt", way(f"{HOME}/public/x.txt"))
    label = label_of_path(seen, [on(f"{HOME}/public", MAY_LEAVE)])
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.UNSET)


def test_a_link_of_which_nobody_has_spoken_takes_nothing_away() -> None:
    seen = facts(f"{HOME}/public/x.txt", way("/elsewhere/x.txt"))
    assert label_of_path(seen, [on(f"{HOME}/public", MAY_LEAVE)]).sensitivity is Sensitivity.PUBLIC


def test_a_renamed_folder_is_known_by_its_numbers() -> None:
    seen = facts(f"{HOME}/matter/notes.txt", matter=77)
    cases = on(f"{HOME}/cases", STAYS, inode=77)
    label = label_of_path(seen, [cases, on(f"{HOME}/matter", MAY_LEAVE)])
    assert label.sensitivity is Sensitivity.PRIVATE
    assert label.reasons == ("notes.txt stays on this computer (~/matter is what was ~/cases)",)


def test_a_renamed_folder_that_might_leave_may_not_any_more() -> None:
    seen = facts(f"{HOME}/new/notes.txt", new=77)
    for label in (MAY_LEAVE, MINE):
        assert label_of_path(seen, [on(f"{HOME}/old", label, inode=77)]) == UNSET


def test_a_replaced_folder_keeps_what_is_strict_and_loses_what_is_lax() -> None:
    seen = PathFacts(real=way(NOTES), replaced=frozenset({f"{HOME}/cases"}), home=HOME)
    assert label_of_path(seen, [CASES]).source is LabelSource.DECLARED
    for label in (MAY_LEAVE, MINE):
        found = label_of_path(seen, [on(f"{HOME}/cases", label)])
        assert (found.sensitivity, found.source) == (Sensitivity.PRIVATE, LabelSource.UNSET)
        assert "it was replaced" in found.reasons[0]


def test_a_file_that_an_editor_has_replaced_keeps_its_label_and_its_old_numbers_mean_nothing() -> None:
    notes = on(NOTES, STAYS, is_folder=False, inode=5)
    replaced = frozenset({NOTES})
    same = PathFacts(real=way(NOTES), replaced=replaced)
    another = PathFacts(real=(Place(path="/tmp/new", device=1, inode=5), *way("/tmp")), replaced=replaced)
    assert label_of_path(same, [notes]).source is LabelSource.DECLARED
    assert label_of_path(another, [notes]) == UNSET


def linked(hard_links: HardLinks | None) -> PathFacts:
    return PathFacts(real=way("/srv/copy.txt"), link_count=2, hard_links=hard_links, home=HOME)


def test_another_name_of_a_file_that_stays_here_stays_here() -> None:
    label = label_of_path(linked(HardLinks(found_in=(CASES.path,))), [CASES, on("/srv", MAY_LEAVE)])
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DECLARED)
    assert label.reasons == ("copy.txt stays on this computer (the same file lies in folder ~/cases)",)


@pytest.mark.parametrize("hard_links", [None, HardLinks(unsearched=(CASES.path,))])
def test_a_search_that_was_not_finished_counts_as_a_find(hard_links: HardLinks | None) -> None:
    label = label_of_path(linked(hard_links), [CASES, on("/srv", MAY_LEAVE)])
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DETECTED)
    assert "more than one name" in label.reasons[0]


def test_without_anything_that_stays_here_the_number_of_names_means_nothing() -> None:
    assert label_of_path(linked(None), [on("/srv", MAY_LEAVE)]).sensitivity is Sensitivity.PUBLIC
    assert label_of_path(linked(HardLinks()), [CASES, on("/srv", MAY_LEAVE)]).sensitivity is Sensitivity.PUBLIC


def test_a_link_that_leads_nowhere_known_stays_here() -> None:
    seen = PathFacts(real=way("/srv/x"), is_unresolved=True)
    label = label_of_path(seen, [on("/srv", MAY_LEAVE)])
    assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DETECTED)


def test_paths_are_written_as_people_write_them() -> None:
    assert shortened("/home/me", HOME) == "~"
    assert shortened("/home/me/a", HOME) == "~/a"
    assert shortened("/home/meadow", HOME) == "/home/meadow"
    assert [shortened("/home/me/a", home) for home in ("", "/")] == ["/home/me/a"] * 2


def test_a_name_cannot_forge_a_sentence_in_a_terminal() -> None:
    forged = "a\x1b[2K\rb\n\u202etxt.\udce9"
    assert printable(forged) == "a?[2K?b??txt.?"
    label = label_of_path(facts(f"{HOME}/cases/{forged}"), [CASES])
    assert label.reasons == ("a?[2K?b??txt.? stays on this computer (folder ~/cases)",)
