"""`aspen export` and `aspen import` against a real service, with what asking then does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fakes.connected_home import MODEL, ConnectedHome, connected_home
from fakes.processes import becomes
from fakes.service_home import Outcome, question


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        yield at


@pytest.fixture(scope="module")
def begun(at: ConnectedHome) -> str:
    """The id of a conversation whose words may leave."""
    at.home.aspen("ps")
    return at.home.call("ask", **question("Five captions", model=MODEL, label="may-leave", conversation="new"))[
        "conversation"
    ]


@pytest.fixture
def folder(at: ConnectedHome, request: pytest.FixtureRequest) -> Path:
    folder = at.home.root / "home" / request.node.name.split("[")[0]
    folder.mkdir()
    return folder


def export(at: ConnectedHome, *words: str) -> Outcome:
    return at.home.aspen("export", *words)


def go_on(at: ConnectedHome, conversation: str) -> dict[str, Any]:
    """Ask the model elsewhere in a conversation, and return the decision or the result."""
    with at.home.session() as session:
        asked = question("And then?", model=MODEL, label="may-leave", conversation=conversation)
        return next(dict(frame) for frame in session.stream("ask", asked) if frame.get("event") == "decision")


def test_a_conversation_goes_out_and_comes_back_and_can_be_gone_on_with(
    at: ConnectedHome, begun: str, folder: Path
) -> None:
    file = folder / "fair.json"
    done = export(at, begun[:8], "-o", str(file))
    assert (done.code, done.out) == (0, "")
    place = f"~/{folder.name}/fair.json"
    assert done.err == (
        f"{place} holds 1 conversation, 2 turns. It is not encrypted.\n{place} stays here until you say otherwise.\n"
    )
    assert file.stat().st_mode & 0o777 == 0o600
    came = at.home.aspen("import", str(file), "--json").told
    assert came["is_verified"] is True
    conversation = came["conversations"][0]["conversation"]
    assert conversation != begun
    assert go_on(at, conversation)["kind"] == "route"
    shown = at.home.aspen("import", str(file))
    assert (shown.code, shown.err) == (0, "")
    assert "Five captions" in shown.out


def test_the_file_itself_does_not_leave(at: ConnectedHome, begun: str, folder: Path) -> None:
    for name in ("fair.json", "fair.md"):
        assert export(at, begun[:8], "-o", str(folder / name)).code == 0
        asked = at.ask("--model", MODEL, "--label", "may-leave", "-f", str(folder / name), "Summarise")
        assert asked.code == 4, asked
        assert f"aspen allow {folder / name} --to acme" in asked.err


def test_a_forged_file_is_imported_and_stays_here(at: ConnectedHome, begun: str, folder: Path) -> None:
    file = folder / "fair.json"
    export(at, begun[:8], "-o", str(file))
    document = json.loads(file.read_text("utf-8"))
    document["conversations"][0]["title"] = "Forged"
    file.write_text(json.dumps(document), "utf-8")
    came = at.home.aspen("import", str(file))
    assert came.code == 0
    assert came.err.startswith("The labels in fair.json could not be verified, so everything in it stays on this ")
    conversation = next(
        card["conversation"]
        for card in at.home.call("list_conversations")["conversations"]
        if card["title"] == "Forged"
    )
    refused = go_on(at, conversation)
    assert refused["kind"] == "refusal"
    assert "could not be verified" in str(refused["reasons"])


def test_markdown_is_for_reading(at: ConnectedHome, begun: str, folder: Path) -> None:
    told = export(at, begun[:8], "-o", str(folder / "fair.md"), "--json").told
    assert (told["conversations"], told["turns"], told["word"]) == (1, 2, "ask")
    page = (folder / "fair.md").read_text("utf-8")
    assert page.startswith("# Five captions\n")
    assert "May leave (You said so for these words)." in page
    refused = at.home.aspen("import", str(folder / "fair.md"))
    assert refused.code == 2
    assert "fair.md is not an export that can be imported" in refused.err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("fair", "--all", "-o", "a.json"), 2, "Name one conversation, or --all."),
        (("-o", "a.json"), 2, "Name one conversation, or --all."),
        (("fair", "-o", "a.txt"), 2, "has to end in .json or .md"),
        (("--all", "-o", "a.md"), 2, "Markdown holds one conversation."),
        (("nonsuch", "-o", "nonsuch.json"), 3, "There is no conversation nonsuch."),
        (("nonsuch", "-o", "nowhere/a.json"), 3, "There is no folder"),
    ],
)
def test_what_cannot_be_exported_is_said_and_leaves_nothing(
    at: ConnectedHome, begun: str, words: tuple[str, ...], code: int, said: str
) -> None:
    del begun
    done = export(at, *words)
    assert (done.code, said in done.err) == (code, True), done
    assert list(at.home.root.glob("*.json")) + list(at.home.root.glob(".*.part")) == []
    assert "nonsuch" not in at.home.aspen("label").out


def test_force_writes_over_a_file_and_no_label_of_a_draft_is_left(at: ConnectedHome, begun: str, folder: Path) -> None:
    file = folder / "fair.json"
    for options, code in (((), 0), ((), 2), (("--force",), 0)):
        assert export(at, begun[:8], "-o", str(file), *options).code == code
    listed = at.home.aspen("label", "--json").told["labels"]
    assert [each["path"] for each in listed if folder.name in each["path"]] == [f"~/{folder.name}/fair.json"]
    assert [path.name for path in folder.iterdir()] == ["fair.json"]


def test_it_works_without_leaving_a_service_behind(at: ConnectedHome, begun: str, folder: Path) -> None:
    file = folder / "fair.json"
    assert export(at, begun[:8], "-o", str(file)).code == 0
    at.home.stop()
    assert at.home.aspen("--alone", "import", str(file)).code == 0
    assert at.home.aspen("--alone", "export", "--all", "-o", str(folder / "all.json")).code == 0
    assert becomes(lambda: at.home.processes() == [])
    assert len(json.loads((folder / "all.json").read_text("utf-8"))["conversations"]) > 1
