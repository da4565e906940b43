"""What is not the picture is taken out, and a file that does not parse is left as it is."""

from __future__ import annotations

import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.privacy.picture_metadata import without_metadata

SCAN = b"\xff\xda\x00\x04abPIXELS\xff\xd9"


def segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", len(content) + 2) + content


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def riff(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def webp(*chunks: bytes) -> bytes:
    content = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(content)) + content


JFIF, ICC = segment(0xE0, b"JFIF\0rest"), segment(0xE2, b"ICC_PROFILE\0rest")
EXIF, XMP = segment(0xE1, b"Exif\0\0Camera of Dr Miller"), segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")
COMMENT, IPTC = segment(0xFE, b"ward 7"), segment(0xED, b"Photoshop 3.0\0author")
TABLE = segment(0xDB, bytes(65))
HEAD = chunk(b"IHDR", bytes(13))
PIXELS, END = chunk(b"IDAT", b"pixels"), chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("picture", "bare"),
    [
        (
            b"\xff\xd8" + JFIF + EXIF + XMP + COMMENT + IPTC + ICC + TABLE + SCAN,
            b"\xff\xd8" + JFIF + ICC + TABLE + SCAN,
        ),
        (
            b"\x89PNG\r\n\x1a\n" + HEAD + chunk(b"tEXt", b"Author\0x") + chunk(b"eXIf", b"x") + PIXELS + END + b"tail",
            b"\x89PNG\r\n\x1a\n" + HEAD + PIXELS + END,
        ),
        (
            webp(riff(b"VP8X", b"\x1c" + bytes(9)), riff(b"VP8 ", b"pixel"), riff(b"EXIF", b"x"), riff(b"XMP ", b"y")),
            webp(riff(b"VP8X", b"\x10" + bytes(9)), riff(b"VP8 ", b"pixel")),
        ),
    ],
)
def test_only_what_makes_the_picture_stays(picture: bytes, bare: bytes) -> None:
    assert without_metadata(picture) == bare
    assert without_metadata(bare) == bare


SECOND = b"\xff\xd8" + EXIF + SCAN
THUMBNAIL = b"JFIF\0\1\2\0\0\1\0\1\1\1"


@pytest.mark.parametrize(
    ("picture", "bare"),
    [
        (JFIF + EXIF + SCAN + SECOND, JFIF + SCAN),
        (EXIF + SCAN + b"ftyp a short film", SCAN),
        (b"\xff\xff" + EXIF + b"\xff" + SCAN, SCAN),
        (SCAN[:-2] + COMMENT + TABLE + SCAN, SCAN[:-2] + TABLE + SCAN),
        (segment(0xE0, THUMBNAIL + b"rgb") + SCAN, segment(0xE0, THUMBNAIL[:-2] + b"\0\0") + SCAN),
        (EXIF + SCAN[:-2], SCAN[:-2]),
        (EXIF + SCAN[:-2] + b"\xff\xe1\xff\xffExif\0\0ward 7", SCAN[:-2]),
    ],
    ids=["second picture", "film", "filled up", "between scans", "thumbnail", "cut off", "broken behind a scan"],
)
def test_nothing_but_one_picture_is_left_of_a_jpeg_file(picture: bytes, bare: bytes) -> None:
    assert without_metadata(b"\xff\xd8" + picture) == b"\xff\xd8" + bare


def test_data_of_a_scan_that_look_like_markers_stay() -> None:
    picture = b"\xff\xd8" + SCAN[:-2] + b"a\xff\0b\xff\xd0c\xff\xd7d\xff\xd9"
    assert without_metadata(picture) == picture


@pytest.mark.parametrize("behind", [b"", b"x", b"EXIF and more"])
def test_what_stands_behind_a_webp_file_and_a_byte_that_lacks_change_nothing(behind: bytes) -> None:
    pixels, exif = riff(b"VP8 ", b"pixels"), riff(b"EXIF", b"odd")
    assert without_metadata(webp(pixels, exif) + behind) == webp(pixels)
    assert without_metadata(webp(pixels, exif[:-1]) + behind) == webp(pixels)


@given(st.binary(max_size=40), st.sampled_from([b"", b"\xff\xd8", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP"]))
def test_whatever_comes_something_comes_back(tail: bytes, start: bytes) -> None:
    assert len(without_metadata(start + tail)) <= len(start + tail)


@pytest.mark.parametrize("picture", [b"GIF89a...", b"\xff\xd8\xff\xe1\xff\xff", b"\x89PNG\r\n\x1a\n" + HEAD, b""])
def test_what_does_not_parse_is_left_as_it_is(picture: bytes) -> None:
    assert without_metadata(picture) == picture
