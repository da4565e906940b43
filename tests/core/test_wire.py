"""Frames between core and gate: cut anywhere they read the same, and what is no frame is refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.core.wire import LARGEST_BODY_BYTES, LARGEST_HEAD_BYTES, BadFrame, Head, WireReader, to_wire

HEADS = st.dictionaries(st.text(max_size=8), st.one_of(st.integers(), st.text(max_size=20), st.none()), max_size=4)
FRAMES = st.lists(st.tuples(HEADS, st.binary(max_size=200)), max_size=5)


def read_in_pieces(content: bytes, size: int) -> list[tuple[Head, bytes]]:
    reader = WireReader()
    pieces = [content[start : start + size] for start in range(0, len(content), size)]
    return [frame for piece in pieces for frame in reader.feed(piece)]


@given(frames=FRAMES, size=st.integers(1, 50))
def test_what_is_written_is_read_wherever_the_stream_is_cut(frames: list[tuple[Head, bytes]], size: int) -> None:
    assert read_in_pieces(b"".join(to_wire(head, body) for head, body in frames), size) == frames


@pytest.mark.parametrize(
    "content",
    [
        struct.pack(">II", LARGEST_HEAD_BYTES + 1, 0),
        struct.pack(">II", 2, LARGEST_BODY_BYTES + 1) + b"{}",
        struct.pack(">II", 2, 0) + b"[]",
        struct.pack(">II", 2, 0) + b"{x",
        struct.pack(">II", 1, 0) + b"\xff",
        struct.pack(">II", 60_000, 0) + b"[" * 60_000,
    ],
)
def test_what_is_no_frame_is_refused(content: bytes) -> None:
    with pytest.raises(BadFrame):
        list(WireReader().feed(content))


def test_half_a_frame_gives_nothing_yet() -> None:
    reader = WireReader()
    assert list(reader.feed(to_wire({"a": 1}, b"body")[:-1])) == []
    assert list(reader.feed(b"y")) == [({"a": 1}, b"body")]
