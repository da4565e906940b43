"""Ids of tool calls, as strict as a provider wants them: a conversation may have begun with another one.

An id that already fits stays as it is; any other becomes one drawn from its SHA-256, the same each time, so that call
and result still belong together.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

FitId = Callable[[str], str]


def any_id(call_id: str) -> str:
    """Leave every id as it is."""
    return call_id


def fitting(pattern: str, drawn_length: int) -> FitId:
    """Return a function that keeps ids that match `pattern` whole and draws the others anew from hex digits."""
    allowed = re.compile(pattern)

    def fit(call_id: str) -> str:
        if allowed.fullmatch(call_id):
            return call_id
        return hashlib.sha256(call_id.encode("utf-8", "surrogatepass")).hexdigest()[:drawn_length]

    return fit
