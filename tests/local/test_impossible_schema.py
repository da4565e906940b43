"""Ranges whose least is above their most are found wherever they stand; everything else is left to llama.cpp."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspen.local.impossible_schema import impossible_range


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"minItems": 5, "maxItems": 2}, "minItems is 5 and maxItems is 2"),
        ({"minLength": 1, "maxLength": 0}, "minLength is 1 and maxLength is 0"),
        ({"minimum": 1.5, "maximum": 1}, "minimum is 1.5 and maximum is 1"),
        ({"pattern": "^a{5,2}$"}, "the pattern repeats 5 to 2 times"),
        ({"properties": {"a": {"items": [{}, {"minItems": 2, "maxItems": 1}]}}}, "minItems is 2 and maxItems is 1"),
    ],
)
def test_an_impossible_range_is_named(schema: Mapping[str, object], words: str) -> None:
    assert impossible_range(schema) == words


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"minItems": 2, "maxItems": 2},
        {"minItems": 5},
        {"minItems": "5", "maxItems": "2"},
        {"pattern": "^a{2,5}$"},
        {"pattern": r"^\{5,2\}$"},
        {"properties": {"minItems": {"type": "integer"}, "maxItems": {"type": "integer"}}},
    ],
)
def test_what_is_possible_passes(schema: Mapping[str, object]) -> None:
    assert impossible_range(schema) is None


_KEYS = st.text(max_size=5) | st.sampled_from(["minItems", "maxItems", "pattern"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None)
@given(schema=st.dictionaries(_KEYS, _JSON, max_size=4))
def test_no_json_is_too_strange_to_be_looked_at(schema: dict[str, object]) -> None:
    assert impossible_range({**schema, "last": {"minItems": 1, "maxItems": 0}})


def test_a_deep_schema_is_no_trouble() -> None:
    schema: dict[str, object] = {"minItems": 1, "maxItems": 0}
    for _ in range(5000):
        schema = {"items": schema}
    assert impossible_range(schema) == "minItems is 1 and maxItems is 0"
