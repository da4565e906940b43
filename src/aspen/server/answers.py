"""What every answer of the app's server looks like: JSON, never kept by a cache, an error as the one error object."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

Json = Mapping[str, object]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

JSON_HEADERS = {"content-type": "application/json", "cache-control": "no-store", "x-content-type-options": "nosniff"}


async def refuse(send: Send, status: int, sentence: str) -> None:
    """Answer with an error before any route was asked."""
    error: Json = {"code": "refused", "sentence": sentence, "hint": "", "retryable": False, "facts": {}}
    body = as_json({"error": error})
    headers = {**JSON_HEADERS, "content-length": str(len(body))}
    pairs = [(name.encode(), value.encode()) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body})


def as_json(told: Json) -> bytes:
    """Encode one object, compactly."""
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), default=str).encode("utf-8", "replace")
