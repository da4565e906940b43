"""A call's arguments where a dialect wants an object: JSON text of ours to that object, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

UNREADABLE = "INVALID_JSON"
"""Holds arguments that are no JSON object, as Anthropic's page on fine-grained tool streaming advises."""


def arguments_as_object(arguments: str) -> dict[str, object]:
    """Return a call's arguments as an object that JSON can carry; none at all are an empty one."""
    try:
        # A number out of range is read as infinity: writing it again finds out.
        told: object = json.loads(arguments or "{}", parse_constant=_refuse_constant)
        json.dumps(told, allow_nan=False)
    except (ValueError, RecursionError):
        return {UNREADABLE: arguments}
    return cast("dict[str, object]", told) if isinstance(told, dict) else {UNREADABLE: arguments}


def arguments_as_text(told: Mapping[str, object]) -> str:
    """Return the text that stands for an object of arguments: what was unreadable as the model wrote it."""
    unreadable = told.get(UNREADABLE)
    if isinstance(unreadable, str) and len(told) == 1:
        return unreadable
    return json.dumps(told, ensure_ascii=False)


def _refuse_constant(name: str) -> None:
    """NaN and the infinities are Python's, not JSON's (RFC 8259, section 6)."""
    raise ValueError(f"{name} is no JSON")
