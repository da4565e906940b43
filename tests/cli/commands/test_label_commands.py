"""`aspen keep`, `allow`, `label` and `project` against a real service, with what asking then does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.connected_home import MAY_LEAVE, MODEL, ConnectedHome, connected_home


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        yield at


@pytest.fixture
def folder(at: ConnectedHome, request: pytest.FixtureRequest) -> Path:
    """A folder in the home of the person, with one file."""
    folder = at.home.root / "home" / request.node.name.split("[")[0]
    folder.mkdir()
    (folder / "notes.txt").write_text("Cake and tombola", "utf-8")
    return folder


def _ask_about(at: ConnectedHome, path: Path, *options: str) -> tuple[int, str]:
    outcome = at.ask(*MAY_LEAVE, *options, "-f", str(path), "Summarise")
    return outcome.code, outcome.err


def test_keep_keeps_a_folder_and_every_file_in_it(at: ConnectedHome, folder: Path) -> None:
    mark = len(at.provider.received)
    kept = at.home.aspen("keep", str(folder))
    assert (kept.code, kept.out, kept.err) == (0, "", f"~/{folder.name} stays on this computer.\n")
    code, err = _ask_about(at, folder / "notes.txt")
    assert code == 4
    assert err.startswith(f"Error: Not sent. notes.txt stays on this computer (folder ~/{folder.name}).")
    assert "Answer here: aspen ask --model local" in err
    assert at.received_during(mark) == []
    assert at.last()["verdict"] == "refused"


def test_allow_lets_a_file_leave_to_those_who_are_named(at: ConnectedHome, folder: Path) -> None:
    allowed = at.home.aspen("allow", str(folder), "--to", "acme", "--to", "mistral")
    assert allowed.err == f"~/{folder.name} may leave to acme and mistral, and to nobody else.\n"
    assert _ask_about(at, folder / "notes.txt")[0] == 0
    assert b"Cake and tombola" in at.provider.received[-1].body
    assert at.home.aspen("allow", str(folder), "--to", "mistral").code == 0
    code, err = _ask_about(at, folder / "notes.txt")
    assert (code, "This may leave to mistral alone, and not to acme." in err) == (4, True)


def test_a_file_that_nobody_said_anything_of_does_not_leave(at: ConnectedHome, folder: Path) -> None:
    code, err = _ask_about(at, folder / "notes.txt")
    assert code == 4
    assert "Nobody has said that these files may leave this computer." in err
    assert f"aspen allow {folder / 'notes.txt'} --to acme" in err


def test_label_says_shows_lists_and_takes_back(at: ConnectedHome, folder: Path) -> None:
    name, path = f"~/{folder.name}", str(folder)
    assert at.home.aspen("label", path).err == f"{name} stays here until you say otherwise.\n"
    assert at.home.aspen("label", path, "my-servers").err == f"{name} may go to your own servers.\n"
    assert at.home.aspen("label", str(folder / "notes.txt")).err == f"{name}/notes.txt may go to your own servers.\n"
    listed = at.home.aspen("label").out
    assert listed.splitlines()[0].split() == ["PATH", "LABEL", "TO"]
    assert [line.split() for line in listed.splitlines() if name in line] == [[name, "my-servers"]]
    assert at.home.aspen("label", "--remove", path).err == f"{name} stays here until you say otherwise.\n"
    again = at.home.aspen("label", "--remove", path)
    assert (again.code, again.err) == (3, f"Error: Nothing was said of {name}.\n`aspen label` lists.\n")


def test_they_speak_json(at: ConnectedHome, folder: Path) -> None:
    path = str(folder)
    kept = at.home.aspen("keep", path, str(folder / "notes.txt"), "--json").told
    assert [(each["path"], each["word"]) for each in kept["labels"]] == [
        (f"~/{folder.name}", "stays-here"),
        (f"~/{folder.name}/notes.txt", "stays-here"),
    ]
    shown = at.home.aspen("label", path, "--json").told
    assert (shown["schema"], shown["word"], shown["label"]["source"]) == (1, "stays-here", "declared")
    listed = at.home.aspen("label", "--json").told
    assert f"~/{folder.name}" in [each["path"] for each in listed["labels"]]
    project = at.home.aspen("project", "--json").told
    assert (project["schema"], project["name"], project["answer"]) == (1, at.home.root.name, "ask")


def test_a_relative_path_is_the_one_that_the_person_sees(at: ConnectedHome, folder: Path) -> None:
    assert at.home.aspen("keep", f"home/{folder.name}").code == 0
    assert at.home.aspen("label", str(folder)).err.endswith(" stays on this computer.\n")


def test_a_laxer_word_inside_of_what_stays_here_is_refused(at: ConnectedHome, folder: Path) -> None:
    assert at.home.aspen("keep", str(folder)).code == 0
    for words in (
        ("allow", str(folder / "notes.txt"), "--to", "acme"),
        ("label", str(folder / "notes.txt"), "may-leave"),
    ):
        refused = at.home.aspen(*words)
        assert (refused.code, "That would change nothing" in refused.err) == (2, True)
    assert _ask_about(at, folder / "notes.txt")[0] == 4


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("keep", "/nowhere/at/all"), 3),
        (("keep",), 2),
        (("allow", "/tmp"), 2),
        (("label", "/tmp", "secret"), 2),
        (("label", "/tmp", "may-leave", "--remove"), 2),
        (("project", "perhaps"), 2),
    ],
    ids=str,
)
def test_what_cannot_be_meant_is_refused(at: ConnectedHome, words: tuple[str, ...], code: int) -> None:
    refused = at.home.aspen(*words)
    assert (refused.code, refused.err.startswith("Error: ")) == (code, True)


def test_a_project_is_shown_and_answered(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        shown = at.home.aspen("project")
        assert f"{tmp_path.name} (" in shown.err
        assert shown.err.endswith("asks before anything leaves (nobody has said anything yet).\n")
        for answer, words in (
            ("stays-here", "stays on this computer."),
            ("my-servers", "may go to your own servers."),
            ("may-leave", "may leave."),
            ("ask", "asks before anything leaves."),
        ):
            assert at.home.aspen("project", answer).err.endswith(f" {words}\n")
            assert at.home.aspen("project").err.endswith(f" {words}\n")
        assert at.home.aspen("project", "may-leave").code == 0
        assert at.ask("--model", MODEL, "Hello").code == 0
        assert at.home.aspen("project", "stays-here").code == 0
        refused = at.ask(*MAY_LEAVE, "Hello")
        assert (refused.code, len(at.provider.received)) == (4, 1)
        assert at.entries("sent")[0]["project"] == tmp_path.name
