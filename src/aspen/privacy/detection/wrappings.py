"""Further views of a text: lines joined where a token was broken, and what stands in it as %41, Base64 or hex.

Each is made once and not again from itself: what is wrapped twice is not found.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from aspen.privacy.detection.patterns import narrow
from aspen.privacy.detection.view import Span, View, narrowed, read_plainly

BROKEN: Final = "broken over lines"

_LEAST_PRINTABLE: Final = 0.95
"""Share of the characters of a decoded blob that must be text for it to be read."""

_TOKEN: Final = "[0-9A-Za-z+/_=-]"
_LINE_END: Final = r"['\"]?[ \t]{0,4}[\\+]?[ \t]{0,4}\r?\n[ \t>|#*+]{0,40}['\"]?"
_BREAK: Final = narrow(f"{_TOKEN}{{12}}({_LINE_END}){_TOKEN}{{4}}|{_TOKEN}{{4}}({_LINE_END}){_TOKEN}{{12}}")
"""Where a line ends inside of what could be one token: words of prose are seldom so long at an end."""

_PERCENT: Final = narrow("(?:%[0-9A-Fa-f]{2})+")
_HEX: Final = narrow(r"(?:0x|\\x)?((?:[0-9A-Fa-f]{2}){12,})")
_BASE64: Final = narrow("[0-9A-Za-z+/_-]{20,}={0,2}")

_PRINTABLE: Final = bytes([9, 10, 13, *range(32, 127)])
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")


def wrapped_views(view: View) -> Iterator[View]:
    """Yield the other ways to read a view; none for a text without broken lines and without blobs."""
    if (joined := _joined(view)) is not None:
        yield joined
    if (unquoted := _unquoted(view)) is not None:
        yield unquoted
    yield from _blobs(view)


def _joined(view: View) -> View | None:
    """Take out the line breaks that have what could be a token on both sides."""
    cuts: list[Span] = []
    position = 0
    while (match := _BREAK.search(view.narrow, position)) is not None:
        cuts.append(match.span(1) if match.span(1) != (-1, -1) else match.span(2))
        position = cuts[-1][1]
    if not cuts:
        return None
    return _rebuilt(view, [(start, end, "") for start, end in cuts], BROKEN)


def _unquoted(view: View) -> View | None:
    """Undo percent-encoding (RFC 3986)."""
    edits: list[tuple[int, int, str]] = []
    for match in _PERCENT.finditer(view.narrow) if b"%" in view.narrow else ():
        start, end = match.span()
        octets = bytes.fromhex(view.text[start:end].replace("%", ""))
        edits.append((start, end, octets.decode("utf-8", "replace")))
    return _rebuilt(view, edits, "percent-encoded") if edits else None


def _rebuilt(view: View, edits: list[tuple[int, int, str]], wrapping: str) -> View:
    """Make the view in which each span is replaced; a replacement stands where the first character of its span does."""
    pieces: list[str] = []
    positions: list[int] = []
    at = 0
    for start, end, replacement in [*edits, (len(view.text), len(view.text), "")]:
        pieces += [view.text[at:start], replacement]
        positions += [*range(at, start), *[start] * len(replacement)]
        at = end
    outer = view.positions
    if outer is not None:
        positions = [outer[each] for each in positions]
    text = "".join(pieces)
    return View(text=text, narrow=narrowed(text), positions=positions, wrapping=wrapping)


def _blobs(view: View) -> Iterator[View]:
    for match in _BASE64.finditer(view.narrow):
        start, end = match.span()
        if (text := _from_base64(match.group() or b"")) is not None:
            yield _decoded(text, view.span(start, end), "in Base64")
    for match in _HEX.finditer(view.narrow):
        start, end = match.span(1)
        if (text := _readable(bytes.fromhex(view.text[start:end]))) is not None:
            yield _decoded(text, view.span(start, end), "in hex")


def _decoded(text: str, inside: Span, wrapping: str) -> View:
    return replace(read_plainly(text), inside=inside, wrapping=wrapping)


def _from_base64(blob: bytes) -> str | None:
    """Decode either alphabet of RFC 4648, with or without its padding; None where no text comes out."""
    bare = blob.rstrip(b"=").translate(_URL_SAFE)
    whole = bare[: len(bare) - (len(bare) % 4 == 1)]
    try:
        return _readable(base64.b64decode(whole + b"=" * (-len(whole) % 4)))
    except binascii.Error:
        return None


def _readable(octets: bytes) -> str | None:
    """Return octets as text if that is what they are."""
    plain = len(octets) - len(octets.translate(None, _PRINTABLE))
    if plain < _LEAST_PRINTABLE * len(octets) and not _is_utf_8_prose(octets):
        return None
    return octets.decode("utf-8", "replace")


def _is_utf_8_prose(octets: bytes) -> bool:
    """Whether octets are UTF-8 without control characters: text of a script that is not Latin."""
    try:
        text = octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return all(each.isprintable() or each in "\t\r\n" for each in text)
