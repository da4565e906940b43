"""One request and its answer, as the pages see them: no socket, no HTTP library."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from aspen.core.errors import AspenError, error_to_json
from aspen.loopback.statuses import status_of

Json = Mapping[str, object]
Headers = tuple[tuple[str, str], ...]

OK, NO_CONTENT, FORBIDDEN, NOT_FOUND, WRONG_METHOD, MISDIRECTED = 200, 204, 403, 404, 405, 421
UNKNOWN_VISITOR, TOO_LARGE, NOT_JSON = 401, 413, 415


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`headers` by lower-case name; of one that came twice, the first, but for cookies, which are joined."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    body: bytes = b""

    def header(self, name: str) -> str:
        """Return a header's value; what did not come is empty."""
        return self.headers.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """`headers` are all but the length and the connection."""

    status: int = OK
    headers: Headers = ()
    body: bytes = b""


JSON_HEADERS: Headers = (
    ("content-type", "application/json"),
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("cross-origin-resource-policy", "same-origin"),
)


def json_answer(told: Json, *, status: int = OK, headers: Headers = ()) -> Answer:
    """Answer with one object, compactly, never kept by a cache."""
    body = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Answer(status=status, headers=(*JSON_HEADERS, *headers), body=body)


def error_answer(error: AspenError, *, headers: Headers = ()) -> Answer:
    """Answer with an error, as every socket of Aspen's words it."""
    return json_answer({"error": error_to_json(error)}, status=status_of(type(error)), headers=headers)


def refusal(status: int, sentence: str, *, hint: str = "") -> Answer:
    """Answer at the door, before anything was asked."""
    told: Json = {"code": "refused", "sentence": sentence, "hint": hint, "retryable": False, "facts": {}}
    return json_answer({"error": told}, status=status)
