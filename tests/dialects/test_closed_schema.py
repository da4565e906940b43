"""Closing a schema narrows it, and only where that leaves something."""

from __future__ import annotations

import pytest

from aspen.dialects.closed_schema import closed

ANY: dict[str, object] = {}


def test_objects_are_closed_at_every_depth_and_every_property_may_be_required() -> None:
    inner: dict[str, object] = {"type": "object", "properties": {"b": {"type": "string"}}}
    schema: dict[str, object] = {
        "type": "object",
        "properties": {"a": {"type": "array", "items": inner}},
        "$defs": {"d": inner},
    }
    closed_inner = {**inner, "additionalProperties": False, "required": ["b"]}
    assert closed(schema, requires_all=True) == {
        "type": "object",
        "properties": {"a": {"type": "array", "items": closed_inner}},
        "$defs": {"d": closed_inner},
        "additionalProperties": False,
        "required": ["a"],
    }


def test_what_is_required_stays_as_it_is_where_not_all_must_be() -> None:
    schema: dict[str, object] = {"type": "object", "properties": {"a": ANY, "b": ANY}, "required": ["b"]}
    assert closed(schema, requires_all=False) == {**schema, "additionalProperties": False}


def test_closing_twice_is_closing_once() -> None:
    schema: dict[str, object] = {
        "type": "object",
        "properties": {"a": {"anyOf": [{"type": "object", "properties": {"b": ANY}}]}},
    }
    once = closed(schema, requires_all=True)
    assert closed(once, requires_all=True) == once


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object"},
        {"type": "object", "additionalProperties": {"type": "string"}},
        {"not": {"type": "object", "properties": {"a": ANY}}},
        {"allOf": [{"properties": {"a": ANY}}, {"properties": {"b": ANY}}]},
        {"type": "string", "enum": ["properties"]},
    ],
)
def test_what_closing_would_empty_or_widen_is_left_open(schema: dict[str, object]) -> None:
    assert closed(schema, requires_all=True) == schema


def test_the_order_of_properties_stays_because_models_answer_in_it() -> None:
    schema: dict[str, object] = {"properties": {"z": ANY, "a": ANY}, "type": "object"}
    assert list(closed(schema, requires_all=True)) == ["properties", "type", "additionalProperties", "required"]
    assert closed(schema, requires_all=True)["required"] == ["z", "a"]
