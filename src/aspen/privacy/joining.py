"""The label of a request: the strictest of everything that goes into it. Detects nothing and decides nothing."""

from __future__ import annotations

from dataclasses import replace

from aspen.core.label import join_all
from aspen.core.request import Request


def with_joined_label(request: Request) -> Request:
    """Return the request with the join of its own label and those of all its messages."""
    return replace(request, label=join_all([request.label, *(message.label for message in request.messages)]))
