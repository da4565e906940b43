"""Small things to remember."""

from __future__ import annotations

import pytest

from aspen.store.store import Store


@pytest.mark.parametrize("content", ["dark", 1.5, None, [1, "two"], {"a": {"b": []}}, "half \ud83d"])
def test_what_was_kept_is_read(store: Store, content: object) -> None:
    store.preferences.keep("name", "before")
    store.preferences.keep("name", content)
    assert store.preferences.read("name") == content
    store.preferences.forget("name")
    store.preferences.forget("name")
    assert store.preferences.read("name") is None


def test_numbers_that_json_does_not_have_are_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="JSON"):
        store.preferences.keep("name", float("nan"))
