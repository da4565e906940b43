"""Frames of the command channel: one JSON object a line, UTF-8, both ways.

The first line comes from the service and says who it is (`Hello`); then one command goes in, any number of events come
out, and a result or an error ends it. `Hello` and the verb `stop` keep their shape in every version, so that a newer
client can always ask an older service to leave.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import cast

from aspen.core.errors import ServiceUnreachable

PROTOCOL = 1
LARGEST_FRAME_BYTES = 256 * 1024 * 1024
"""A bound against a runaway peer; a prompt that fills a million tokens of context is about 5 MB."""

Frame = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    version: str
    pid: int
    protocol: int = PROTOCOL


def to_frame(content: Mapping[str, object]) -> bytes:
    """Encode one object as one line."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass") + b"\n"


def from_frame(line: bytes) -> Frame:
    """Decode one line.

    Raises ServiceUnreachable when it is not a JSON object: whatever listens there is not Aspen.
    """
    try:
        content: object = json.loads(line.decode("utf-8", "surrogatepass"))
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise ServiceUnreachable("What answers on Aspen's socket does not speak Aspen's protocol.")
    return cast("Frame", content)


def hello_frame(hello: Hello) -> bytes:
    return to_frame({"hello": asdict(hello)})


def hello_from(frame: Frame) -> Hello:
    """Read the first line of a service of any version; what is missing or odd counts as version 0."""
    found = frame.get("hello")
    told = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    version, pid, protocol = told.get("version"), told.get("pid"), told.get("protocol")
    return Hello(
        version=version if isinstance(version, str) else "0",
        pid=pid if isinstance(pid, int) else 0,
        protocol=protocol if isinstance(protocol, int) else 0,
    )
