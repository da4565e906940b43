"""What is broken over lines, percent-encoded, in Base64 or in hex is read as well, and points to where it stands."""

from __future__ import annotations

import base64
import urllib.parse

import pytest

from aspen.privacy.detection.view import View, read_plainly
from aspen.privacy.detection.wrappings import wrapped_views

KEY = "AKIA" + "IOSFODNN7EXAMPLE"
HIDDEN = f'{{"key": "{KEY}"}}'


def views_of(text: str) -> list[View]:
    return list(wrapped_views(read_plainly(text)))


@pytest.mark.parametrize(
    "wrapped",
    [
        base64.b64encode(HIDDEN.encode()).decode(),
        base64.b64encode(HIDDEN.encode()).decode().rstrip("="),
        base64.urlsafe_b64encode(f"??>>{HIDDEN}".encode()).decode(),
        HIDDEN.encode().hex(),
        HIDDEN.encode().hex().upper(),
    ],
)
def test_a_blob_is_decoded_and_points_to_all_of_itself(wrapped: str) -> None:
    text = f"see {wrapped} there"
    (view,) = [view for view in views_of(text) if KEY in view.text]
    start, end = view.span(3, 9)
    assert text[start:end] == wrapped


def test_percent_encoding_is_undone() -> None:
    text = "?k=" + "".join(f"%{ord(each):02X}" for each in KEY[:4]) + KEY[4:]
    (view,) = views_of(text)
    at = view.text.index(KEY)
    start, end = view.span(at, at + len(KEY))
    assert urllib.parse.unquote(text[start:end]) == KEY


@pytest.mark.parametrize("line_end", ["\n", "\r\n", " \\\n    ", '"\n    "', "\n> ", "\n# "])
def test_a_token_that_is_broken_over_lines_is_joined(line_end: str) -> None:
    text = f"k = {KEY[:13]}{line_end}{KEY[13:]}"
    (view,) = [view for view in views_of(text) if KEY in view.text]
    at = view.text.index(KEY)
    start, end = view.span(at, at + len(KEY))
    assert text[start:end] == text[4:]


def test_what_is_no_text_is_not_read() -> None:
    assert views_of(base64.b64encode(bytes(range(128, 256))).decode()) == []
    assert views_of("9fceb02d0ae598e95dc970b74767f19372d61af8") == []


def test_prose_has_no_other_way_to_be_read() -> None:
    assert views_of("The quick brown fox\njumps over the lazy dog.\nAnd again.") == []


def test_offsets_lead_back_through_invisible_characters_too() -> None:
    text = f"\u200bx {KEY[:13]}\n{KEY[13:]}"
    (view,) = [view for view in views_of(text) if KEY in view.text]
    at = view.text.index(KEY)
    assert view.span(at, at + len(KEY)) == (3, len(text))
