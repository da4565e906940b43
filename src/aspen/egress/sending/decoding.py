"""Decompress a response within bounds, piece by piece: a bomb is an error after a megabyte, never a full memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from aspen.core.errors import ProviderFailed
from aspen.egress.sending.limits import WireLimits

_PIECE_BYTES = 64 << 10
_FREE_BYTES = 1 << 20
"""Below this no ratio is asked for: a small answer may well be one letter many times."""

_GZIP_WINDOW = 16 + zlib.MAX_WBITS
_CM_DEFLATE = 8


class Decoder(Protocol):
    """Feed it what comes; `finish` raises ProviderFailed if the end is missing."""

    def feed(self, content: bytes) -> Iterator[bytes]: ...
    def finish(self) -> None: ...


def decoder_for(encoding: str, limits: WireLimits, title: str) -> Decoder:
    """Return the decoder for a Content-Encoding (RFC 9110, 8.4). Raises ProviderFailed for one we did not ask for."""
    match encoding.strip().lower():
        case "" | "identity":
            return _Plain(limits, title)
        case "gzip" | "x-gzip" as found:
            return _Inflating(found, limits, title)
        case "deflate" as found:
            return _Inflating(found, limits, title)
        case _:
            raise ProviderFailed(
                f"{title} answered in an encoding that was not asked for.",
                hint="Ask again; if it stays so, tell the provider.",
                facts={"encoding": encoding[:100]},
            )


class _Inflater(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    @property
    def unconsumed_tail(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class _Plain:
    def __init__(self, limits: WireLimits, title: str) -> None:
        self._left_bytes = limits.largest_response_bytes
        self._limits = limits
        self._title = title

    def feed(self, content: bytes) -> Iterator[bytes]:
        self._left_bytes -= len(content)
        if self._left_bytes < 0:
            raise _too_large(self._title, self._limits)
        yield content

    def finish(self) -> None:
        """Where an unencoded answer ends, its framing has said already."""


class _Inflating:
    """gzip (RFC 1952), several members too, and deflate as zlib (RFC 1950) or, as some servers have it, bare."""

    def __init__(self, encoding: str, limits: WireLimits, title: str) -> None:
        self._is_gzip = encoding != "deflate"
        self._limits = limits
        self._title = title
        self._inflater: _Inflater | None = None
        self._came_bytes = 0
        self._made_bytes = 0

    def feed(self, content: bytes) -> Iterator[bytes]:
        self._came_bytes += len(content)
        while content:
            inflater = self._inflater = self._inflater or self._begin(content)
            # What is made may wait inside zlib though all that came is used up: hence until a piece is not full.
            is_full = True
            while is_full and not inflater.eof:
                made = self._inflate(inflater, content)
                content = inflater.unconsumed_tail
                is_full = len(made) == _PIECE_BYTES
                if made:
                    yield made
            if inflater.eof:
                content, self._inflater = inflater.unused_data, None

    def finish(self) -> None:
        if self._inflater is not None:
            raise ProviderFailed(f"The answer of {self._title} broke off.", hint="Ask again.")

    def _begin(self, content: bytes) -> _Inflater:
        if self._is_gzip:
            return zlib.decompressobj(_GZIP_WINDOW)
        return zlib.decompressobj(zlib.MAX_WBITS if content[0] & 0x0F == _CM_DEFLATE else -zlib.MAX_WBITS)

    def _inflate(self, inflater: _Inflater, content: bytes) -> bytes:
        try:
            made = inflater.decompress(content, _PIECE_BYTES)
        except zlib.error as error:
            raise ProviderFailed(
                f"{self._title} sent an answer that cannot be decompressed.", hint="Ask again."
            ) from error
        self._count(len(made))
        return made

    def _count(self, made_bytes: int) -> None:
        self._made_bytes += made_bytes
        if self._made_bytes > self._limits.largest_response_bytes:
            raise _too_large(self._title, self._limits)
        if self._made_bytes > max(_FREE_BYTES, self._came_bytes * self._limits.greatest_ratio):
            raise ProviderFailed(
                f"{self._title} sent an answer that swells beyond measure when it is decompressed.",
                hint="No honest answer does. Ask somebody else.",
                facts={"compressed_bytes": self._came_bytes, "greatest_ratio": self._limits.greatest_ratio},
            )


def _too_large(title: str, limits: WireLimits) -> ProviderFailed:
    return ProviderFailed(
        f"{title} sent more than an answer may be ({limits.largest_response_bytes >> 20} MiB).",
        hint="Ask for less at once.",
        facts={"largest_response_bytes": limits.largest_response_bytes},
    )
