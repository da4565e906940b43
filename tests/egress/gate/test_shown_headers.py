"""Of a key, a preview shows the end alone, and of a short one nothing."""

from __future__ import annotations

import pytest

from aspen.egress.gate.shown_headers import masked


@pytest.mark.parametrize(("key", "shown"), [("sk-test-012347f2a", "****7f2a"), ("short", "****"), ("x" * 15, "****")])
def test_a_key_is_shown_by_its_end_alone(key: str, shown: str) -> None:
    assert masked(key) == shown
