"""Reads the JSON object that a request brings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import cast

from starlette.requests import ClientDisconnect, Request

from aspen.core.errors import Misused


async def read_object(request: Request) -> Mapping[str, object]:
    """Return the object; an empty body is an empty one. Raises Misused."""
    try:
        told: object = json.loads(await request.body() or b"{}")
    except ClientDisconnect:
        raise Misused("The request was cut off, or is too long.") from None
    except (ValueError, RecursionError):
        raise Misused("The request's body is not JSON.") from None
    if not isinstance(told, dict):
        raise Misused("The request's body must be a JSON object.")
    return cast("Mapping[str, object]", told)
