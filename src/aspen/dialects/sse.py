"""Server-sent events, the part that language-model servers use: `data:` lines (WHATWG HTML, section 9.2).

Cutting a stream at any place gives the same events. Event names and ids are ignored.
"""

from __future__ import annotations

DONE = b"[DONE]"


class EventStream:
    """Feed it bytes as they come; it gives back the payload of each complete event.

    What came before is not read again: an event costs as much in many chunks as in one.
    """

    def __init__(self) -> None:
        self._rest = bytearray()
        self._held = b""

    def feed(self, chunk: bytes) -> list[bytes]:
        """Return the `data:` payloads that `chunk` completes, in order; several lines are joined by a newline."""
        if self._held or b"\r" in chunk:
            chunk = self._with_plain_line_ends(self._held + chunk)
        if self._rest:
            # The first half of an event's end may have come before.
            unread = len(self._rest) - 1
            self._rest += chunk
            if self._rest.find(b"\n\n", unread) < 0:
                return []
            chunk = bytes(self._rest)
        *complete, rest = chunk.split(b"\n\n")
        self._rest = bytearray(rest)
        return [payload for block in complete if (payload := _payload(block)) is not None]

    def _with_plain_line_ends(self, chunk: bytes) -> bytes:
        """Write every line end as LF. A lone CR at the end may be half of a CRLF: it is kept for the next chunk."""
        self._held = b"\r" if chunk.endswith(b"\r") else b""
        return chunk.removesuffix(b"\r").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _payload(block: bytes) -> bytes | None:
    if block.startswith(b"data: ") and b"\n" not in block:
        return block[6:]
    lines = [line[5:].removeprefix(b" ") for line in block.split(b"\n") if line.startswith(b"data:")]
    return b"\n".join(lines) if lines else None


def encode_event(payload: bytes, name: str = "") -> bytes:
    """Write one event; a payload of several lines becomes several `data:` lines. `name` is ASCII without line ends."""
    head = b"event: %s\n" % name.encode("ascii") if name else b""
    return head + b"".join(b"data: %s\n" % line for line in payload.split(b"\n")) + b"\n"
