"""`search` at a real service: what was said is found, shown with marks that a page can draw, and gone when deleted."""

from __future__ import annotations

from typing import Any

import pytest

from aspen.core.errors import Misused
from fakes.service_home import ServiceHome, question

SHORT = {"answer_tokens": 4, "temperature": 0}


def _begin(home: ServiceHome, text: str, **more: Any) -> dict[str, Any]:
    return home.call("ask", **question(text, conversation="new", options=SHORT, **more))


def _found(home: ServiceHome, text: str, **more: Any) -> list[dict[str, Any]]:
    return home.call("search", text=text, **more)["found"]


def test_a_question_is_found_by_its_words_and_shown_with_marks(shared_home: ServiceHome) -> None:
    made = _begin(shared_home, "🍐🍐 Wo überwintern die Grünspechte?")
    title, turn = _found(shared_home, "uberwintern grunsp")
    assert (title["conversation"], title["turn"], title["role"]) == (made["conversation"], None, None)
    assert (turn["conversation"], turn["turn"], turn["role"]) == (made["conversation"], made["question"], "user")
    units = turn["excerpt"].encode("utf-16-le")
    marked = [units[2 * begin : 2 * end].decode("utf-16-le") for begin, end in turn["marks"]]
    assert marked == ["überwintern", "Grünspechte"]


def test_pages_follow_each_other(shared_home: ServiceHome) -> None:
    for number in range(3):
        _begin(shared_home, f"Zaunkönige im Garten {number}")
    first = shared_home.call("search", text="zaunkönige", count=4)
    second = shared_home.call("search", text="zaunkönige", count=4, before=first["before"])
    assert (len(first["found"]), first["has_more"]) == (4, True)
    assert (len(second["found"]), second["has_more"], second["before"]) == (2, False, None)
    places = {(each["conversation"], each["turn"]) for each in (*first["found"], *second["found"])}
    assert len(places) == 6


def test_what_is_deleted_is_not_found_and_only_that_can_be_purged(shared_home: ServiceHome) -> None:
    made = _begin(shared_home, "Heckenbraunellen zählen")["conversation"]
    with pytest.raises(Misused, match="not deleted"):
        shared_home.call("purge_conversation", conversation=made)
    shared_home.call("delete_conversation", words=made)
    assert _found(shared_home, "heckenbraunellen") == []
    deleted = shared_home.call("list_conversations", deleted=True)["conversations"]
    assert made in [card["conversation"] for card in deleted]
    shared_home.call("restore_conversation", words=made)
    assert len(_found(shared_home, "heckenbraunellen")) == 2
    shared_home.call("delete_conversation", words=made)
    assert shared_home.call("purge_conversation", conversation=made)["conversation"] == made
    assert _found(shared_home, "heckenbraunellen") == []
    kept = [path for path in shared_home.folders.data.glob("store.sqlite*") if b"eckenbraunelle" in path.read_bytes()]
    assert kept == []


def test_nothing_that_is_typed_is_an_error_but_a_wrong_page_is(shared_home: ServiceHome) -> None:
    for text in ("", '"', "*", "a AND", "NEAR(", "title:", "\0", "-"):
        _found(shared_home, text)
    for before in ("x", "-1", "99999", "²"):
        with pytest.raises(Misused):
            shared_home.call("search", text="x", before=before)
