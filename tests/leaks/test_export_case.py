"""Conversations that leave Aspen as files and come back: their labels survive, and nobody can write laxer ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from closed_home import CLAUDE, GPT, ClosedHome, printed
from watching import Watch

from aspen.core.label import PUBLIC, label_to_json

Document = dict[str, Any]
FREE = label_to_json(PUBLIC)


def exported(home: ClosedHome, conversation: str, name: str) -> Path:
    """Export a conversation by the command line."""
    path = home.papers / name
    done = home.aspen("export", conversation, "-o", str(path))
    assert done.code == 0, done
    return path


def imported(home: ClosedHome, path: Path) -> dict[str, Any]:
    """Import by the command line, and return what came of it."""
    done = home.aspen("import", str(path), "--json")
    assert done.code == 0, done
    return done.told


def kept_conversation(home: ClosedHome, token: str) -> str:
    """A conversation on this machine about a file in a folder that stays here."""
    file = home.file(f"export-{token[:6]}/notes.txt", f"The client's name is {token}.")
    home.declare(file.parent, "stays-here")
    return home.ask_here("Summarise.", files=[str(file)], conversation="new").result["conversation"]


def free(document: Document) -> None:
    conversation = document["conversations"][0]
    for item in (conversation, *conversation["turns"], *conversation["attachments"]):
        item["label"] = FREE


def free_and_unsigned(document: Document) -> None:
    free(document)
    del document["signature"]


def stripped(document: Document) -> None:
    conversation = document["conversations"][0]
    for item in (conversation, *conversation["turns"]):
        del item["label"]
    del document["signature"]


def of_another_version(document: Document) -> None:
    free(document)
    document["label_version"] = 2


@pytest.mark.parametrize("kind", ["json", "md"])
def test_case_38_an_exported_file_stays_here_like_the_words_in_it(
    home: ClosedHome, watch: Watch, token: str, kind: str
) -> None:
    path = exported(home, kept_conversation(home, token), f"{token[:6]}.{kind}")
    assert token in path.read_text("utf-8")
    refused = home.aspen("ask", "--model", CLAUDE, "-f", str(path), "Summarise")
    assert refused.code == 4
    assert f"{path.name} stays on this computer" in refused.err
    free_folder = home.papers / f"free-{token[:6]}"
    free_folder.mkdir()
    home.declare(free_folder, "may-leave", "anthropic")
    moved = path.rename(free_folder / path.name)
    assert home.ask("Summarise.", model=CLAUDE, files=[str(moved)], label="may-leave").is_refused
    assert watch.nothing_left()
    assert watch.leaks(token, home, printed(refused)) == []


def test_case_38_what_comes_back_keeps_its_label(home: ClosedHome, watch: Watch, token: str) -> None:
    came = imported(home, exported(home, kept_conversation(home, token), f"{token[:6]}.json"))
    assert came["is_verified"] is True
    for model in (CLAUDE, GPT):
        again = came["conversations"][0]["conversation"]
        refused = home.ask("And now you?", model=model, conversation=again, label="may-leave")
        assert refused.is_refused
        assert "notes.txt stays on this computer" in refused.why
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


def test_case_38_what_went_to_one_provider_may_go_there_again_and_to_no_other(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    told = home.ask(f"Five captions for {token}", model=CLAUDE, conversation="new").result
    came = imported(home, exported(home, told["conversation"], f"{token[:6]}.json"))
    again = came["conversations"][0]["conversation"]
    assert home.ask("And now you?", model=GPT, conversation=again).is_refused
    assert home.ask("Go on.", model=CLAUDE, conversation=again).error is None
    assert {asked.host for asked in watch.asked} == {"api.anthropic.com"}


@pytest.mark.parametrize("change", [free, free_and_unsigned, stripped, of_another_version])
def test_case_38_a_forged_or_stripped_label_becomes_private(
    home: ClosedHome, watch: Watch, token: str, change: Callable[[Document], None]
) -> None:
    path = exported(home, kept_conversation(home, token), f"{token[:6]}.json")
    document: Document = json.loads(path.read_text("utf-8"))
    change(document)
    path.write_text(json.dumps(document), "utf-8")
    came = imported(home, path)
    assert came["is_verified"] is False
    card = came["conversations"][0]
    assert card["word"] == "stays-here"
    refused = home.ask("And now you?", model=CLAUDE, conversation=card["conversation"], label="may-leave")
    assert refused.is_refused
    assert "could not be verified" in refused.why
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


def test_case_38_an_export_of_another_installation_is_believed_in_nothing(
    home: ClosedHome, new_home: ClosedHome, watch: Watch, token: str
) -> None:
    assert new_home.aspen("models").code == 0
    told = new_home.ask_here(f"My name is {token}.", conversation="new", label="may-leave").result
    path = exported(new_home, told["conversation"], f"{token[:6]}.json")
    came = imported(home, path)
    assert came["is_verified"] is False
    refused = home.ask(
        "And now you?", model=CLAUDE, conversation=came["conversations"][0]["conversation"], label="may-leave"
    )
    assert refused.is_refused
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []
