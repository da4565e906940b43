"""Pictures say what they are and how large in their first bytes, and are believed within bounds."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.core.errors import AspenError, DoesNotFit, Misused
from aspen.documents.picture_header import PictureHeader, is_picture, read_picture_header

_PNG = b"\x89PNG\r\n\x1a\n"


def _png(width: int, height: int) -> bytes:
    return _PNG + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


def _jpeg(width: int, height: int) -> bytes:
    first = b"\xff\xd8\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0" + bytes(9)
    return first + b"\xff\xff\xc2" + struct.pack(">HBHH", 11, 8, height, width) + bytes(4)


def _webp(kind: bytes, chunk: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 12 + len(chunk)) + b"WEBP" + kind + struct.pack("<I", len(chunk)) + chunk


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (_png(640, 480), "image/png"),
        (_jpeg(640, 480), "image/jpeg"),
        (b"GIF89a" + struct.pack("<HH", 640, 480) + bytes(3), "image/gif"),
        (_webp(b"VP8X", bytes(4) + (639).to_bytes(3, "little") + (479).to_bytes(3, "little")), "image/webp"),
        (_webp(b"VP8L", b"\x2f" + struct.pack("<I", 639 | 479 << 14)), "image/webp"),
        (_webp(b"VP8 ", bytes(6) + struct.pack("<HH", 640, 480)), "image/webp"),
    ],
)
def test_kind_and_size_are_read(content: bytes, media_type: str) -> None:
    assert is_picture(content)
    assert read_picture_header("a", content) == PictureHeader(media_type=media_type, width=640, height=480)


def test_a_small_file_that_claims_a_huge_picture_is_refused() -> None:
    with pytest.raises(DoesNotFit, match="30,000 by 30,000 pixels"):
        read_picture_header("bomb.png", _png(30_000, 30_000))


@pytest.mark.parametrize("content", [_png(0, 9), _PNG, b"\xff\xd8\xff\xe0\0\0" * 3, b"RIFF\0\0\0\0WEBPodd ", b"words"])
def test_a_broken_picture_is_said_to_be_one(content: bytes) -> None:
    with pytest.raises(Misused, match=r"scan\.png is a broken picture"):
        read_picture_header("scan.png", content)


@given(st.sampled_from([_PNG, b"\xff\xd8\xff", b"GIF89a", b"RIFF\0\0\0\0WEBPVP8 "]), st.binary(max_size=64))
def test_no_bytes_break_the_reading(begin: bytes, rest: bytes) -> None:
    try:
        assert read_picture_header("a", begin + rest).width > 0
    except AspenError as error:
        assert error.sentence
