"""Server-sent events, the part that language-model servers use: `data:` lines (WHATWG HTML, section 9.2).

Cutting a stream at any place gives the same events. Event names and ids are ignored.
"""

from __future__ import annotations

DONE = b"[DONE]"


class EventStream:
    """Feed it bytes as they come; it gives back the payload of each complete event."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the `data:` payloads that `chunk` completes, in order; several lines are joined by a newline."""
        buffer = self._rest + chunk
        if b"\r" in buffer:
            # A lone CR at the very end may be half of a CRLF: keep it for the next chunk.
            held = b"\r" if buffer.endswith(b"\r") else b""
            buffer = buffer[: len(buffer) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n") + held
        *complete, self._rest = buffer.split(b"\n\n")
        return [payload for block in complete if (payload := _payload(block)) is not None]


def _payload(block: bytes) -> bytes | None:
    if block.startswith(b"data: ") and b"\n" not in block:
        return block[6:]
    lines = [line[5:].removeprefix(b" ") for line in block.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(lines) if lines else None


def encode_event(payload: bytes, name: str = "") -> bytes:
    """Write one event; a payload of several lines becomes several `data:` lines. `name` is ASCII without line ends."""
    head = b"event: %s\n" % name.encode("ascii") if name else b""
    return head + b"".join(b"data: %s\n" % line for line in payload.split(b"\n")) + b"\n"
