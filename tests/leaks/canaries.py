"""Words that nobody else would write, every way in which they could be dressed up, and a search for all of them.

A canary is 128 random bits in 32 letters. It is found plain, in base64 at each of its three alignments, in hex,
percent-encoded, escaped as JSON, reversed, in ROT13, in other case, with anything between its letters (zero-width
characters, line breaks, quotes), in UTF-16, in either half, and within gzip, zlib and raw deflate streams.
"""

from __future__ import annotations

import base64
import codecs
import re
import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import cache

_LETTERS = "abcdefghijklmnop"
_TOKEN_BYTES = 16
_NOT_A_LETTER = re.compile(rb"\\u[0-9a-f]{4}|\\[a-z]|&#?\w+;|%[0-9a-f]{2}|[^a-z]+")
_STREAM_HEADS = re.compile(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]")
_LARGEST_UNPACKED_BYTES = 4 << 20

Variant = Callable[[str], bytes]


def canary() -> str:
    """Return a new one: 128 random bits as 32 letters, which no detector takes for a secret."""
    return "".join(_LETTERS[byte >> 4] + _LETTERS[byte & 15] for byte in secrets.token_bytes(_TOKEN_BYTES))


def _base64_at(alignment: int) -> Variant:
    """As it stands within longer text: without what neighbours would change."""

    def encode(token: str) -> bytes:
        padded = b"\0" * alignment + token.encode()
        encoded = base64.b64encode(padded)
        first = {0: 0, 1: 2, 2: 3}[alignment]
        return encoded[first : len(padded) * 8 // 6]

    return encode


def _percent(token: str) -> bytes:
    return "".join(f"%{ord(letter):02x}" for letter in token).encode()


def _json_escaped(token: str) -> bytes:
    return "".join(f"\\u{ord(letter):04x}" for letter in token).encode()


VARIANTS: Mapping[str, Variant] = {
    "plain": str.encode,
    "base64, first alignment": _base64_at(0),
    "base64, second alignment": _base64_at(1),
    "base64, third alignment": _base64_at(2),
    "hex": lambda token: token.encode().hex().encode(),
    "percent-encoded": _percent,
    "escaped as JSON": _json_escaped,
    "reversed": lambda token: token[::-1].encode(),
    "rot13": lambda token: codecs.encode(token, "rot13").encode(),
}
"""What is searched for in bytes whose capitals were made small. Splits, joints and UTF-16 are undone before."""


def found(token: str, places: Mapping[str, bytes]) -> list[str]:
    """Return where and how a canary was found: empty is what a test wants."""
    return [
        f"{variant} in {place}" for place, content in places.items() for variant in sorted(set(_search(token, content)))
    ]


def places_with(token: str, places: Mapping[str, bytes]) -> set[str]:
    """Return where a canary was found, in whatever form."""
    return {place for place, content in places.items() if any(True for _ in _search(token, content))}


def _search(token: str, content: bytes) -> Iterator[str]:
    for view in (content, *_unpacked(content)):
        small = view.lower()
        letters = _NOT_A_LETTER.sub(b"", small)
        for name, needle in _needles(token):
            if needle in small:
                yield name
            elif needle.isalpha() and needle in letters:
                yield f"{name}, split or joined"


@cache
def _needles(token: str) -> tuple[tuple[str, bytes], ...]:
    half = len(token) // 2
    parts = {"": token, "first half of ": token[:half], "second half of ": token[half:]}
    return tuple((part + name, make(piece).lower()) for part, piece in parts.items() for name, make in VARIANTS.items())


def _unpacked(content: bytes) -> Iterator[bytes]:
    """Yield every stream that can be unpacked, the whole as raw deflate among them."""
    candidates = [(content, -zlib.MAX_WBITS)]
    candidates += [(content[head.start() :], zlib.MAX_WBITS | 32) for head in _STREAM_HEADS.finditer(content)]
    for packed, kind in candidates:
        try:
            unpacked = zlib.decompressobj(kind).decompress(packed, _LARGEST_UNPACKED_BYTES)
        except zlib.error:
            continue
        if unpacked:
            yield unpacked
