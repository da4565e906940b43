"""A question that was begun is there again, and goes with its conversation."""

from __future__ import annotations

import pytest

from aspen.core.errors import Misused
from aspen.store.drafts import LONGEST_DRAFT
from aspen.store.store import Store
from fakes.fixed_clock import FixedClock


def test_a_draft_is_kept_replaced_and_removed(store: Store, clock: FixedClock) -> None:
    assert store.drafts.read("new") is None
    store.drafts.keep("new", "What is")
    clock.advance(1)
    store.drafts.keep("new", "What is it? \ud83d")
    draft = store.drafts.read("new")
    assert draft is not None
    assert (draft.words, draft.changed_at) == ("What is it? ?", clock.now())
    store.drafts.keep("new", "")
    assert store.drafts.read("new") is None


def test_a_draft_that_is_too_long_is_refused_and_the_one_before_stays(store: Store) -> None:
    store.drafts.keep("new", "x" * LONGEST_DRAFT)
    with pytest.raises(Misused, match="200,001"):
        store.drafts.keep("new", "y" * (LONGEST_DRAFT + 1))
    draft = store.drafts.read("new")
    assert draft is not None
    assert draft.words[0] == "x"


def test_a_draft_is_purged_with_its_conversation_and_nothing_is_left_on_the_disk(store: Store) -> None:
    store.conversations.create(conversation_id="c")
    store.drafts.keep("c", "canary-words")
    store.drafts.keep("new", "other")
    store.conversations.purge("c")
    assert store.drafts.read("c") is None
    assert store.drafts.read("new") is not None
    assert all(b"canary" not in path.read_bytes() for path in store.path.parent.iterdir())
