"""`aspen chat --list`, `--search`, `--delete`, `--restore`: conversations as people see them and as programs do."""

from __future__ import annotations

import json

import pytest
from command_line import aspen

from conftest import Serve
from fakes.scripted_service import Frame

CARD: Frame = {
    "conversation": "0123456789abcdef",
    "title": "A trip\x1b[2J",
    "word": "ask",
    "changed_at": "2026-01-02T10:41:00+00:00",
    "is_encrypted": False,
}
LISTED: Frame = {"schema": 1, "conversations": [CARD], "has_more": False, "is_encrypted": False}


def test_the_list_shows_what_delete_wants_and_says_what_is_not_encrypted(
    environment: dict[str, str], serve: Serve
) -> None:
    serve(list_conversations=lambda _: [{"result": LISTED}])
    outcome = aspen(environment, "chat", "--list")
    assert outcome.code == 0
    assert "01234567  A trip␛[2J" in outcome.out
    assert "unencrypted: there is no keyring" in outcome.err
    assert json.loads(aspen(environment, "chat", "--list", "--json").out) == LISTED


def test_an_empty_list_says_so(environment: dict[str, str], serve: Serve) -> None:
    serve(list_conversations=lambda _: [{"result": {**LISTED, "conversations": []}}])
    outcome = aspen(environment, "chat", "--list")
    assert (outcome.code, outcome.out) == (0, "")
    assert "No conversation is remembered yet." in outcome.err


def test_deleting_says_how_to_bring_it_back(environment: dict[str, str], serve: Serve) -> None:
    service = serve(
        delete_conversation=lambda _: [{"result": {"schema": 1, **CARD}}],
        restore_conversation=lambda _: [{"result": {"schema": 1, **CARD}}],
    )
    assert "`aspen chat --restore 01234567` brings it back" in aspen(environment, "chat", "--delete", "trip").err
    assert "Deleted for good" in aspen(environment, "chat", "--delete", "trip", "--for-good").err
    assert "It is back" in aspen(environment, "chat", "--restore", "01234567").err
    assert json.loads(aspen(environment, "chat", "--restore", "01234567", "--json").out)["word"] == "ask"
    assert [told["for_good"] for told in service.asked("delete_conversation")] == [False, True]


def test_what_was_found_is_shown_with_the_words_around_it(environment: dict[str, str], serve: Serve) -> None:
    found: list[Frame] = [
        {**CARD, "turn": "t1", "role": "user", "when": CARD["changed_at"], "excerpt": "…the\nbig fair…", "marks": []},
        {**CARD, "turn": None, "role": None, "when": CARD["changed_at"], "excerpt": "A trip", "marks": []},
    ]
    told: Frame = {"schema": 1, "found": found, "has_more": False, "before": None, "is_encrypted": True}
    service = serve(search=lambda asked: [{"result": told if asked["text"] == "fair" else {**told, "found": []}}])
    shown = aspen(environment, "chat", "--search", "fair").out.splitlines()
    assert [line.split()[0] for line in shown] == ["ID", "01234567", "01234567"]
    assert "…the big fair…" in shown[1]
    assert json.loads(aspen(environment, "chat", "--search", "fair", "--json").out) == told
    assert "Nothing was found." in aspen(environment, "chat", "--search", "pear").err
    assert len(service.asked("search")) == 3


@pytest.mark.parametrize(
    "options",
    [
        ("--list", "--continue"),
        ("--delete", "a", "--restore", "b"),
        ("--for-good",),
        ("-c", "--list"),
        ("--search", "a", "--list"),
    ],
)
def test_options_that_contradict_each_other_are_refused(environment: dict[str, str], options: tuple[str, ...]) -> None:
    assert aspen(environment, "chat", *options).code == 2
