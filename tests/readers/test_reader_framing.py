"""One object, one frame; whatever is no frame is an error and never an empty object."""

from __future__ import annotations

import pytest

from aspen.readers.framing import HEADER_BYTES, LARGEST_FRAME_BYTES, from_frame, length_of, to_frame


def test_an_object_comes_back_as_it_went() -> None:
    content = {"text": "Zoë 🙂 \ud800 \n", "found": [[0, 3, "PERSON"]]}
    frame = to_frame(content)
    assert length_of(frame[:HEADER_BYTES]) == len(frame) - HEADER_BYTES
    assert from_frame(frame[HEADER_BYTES:]) == content


def test_a_length_that_nobody_should_read_is_refused() -> None:
    assert length_of(LARGEST_FRAME_BYTES.to_bytes(HEADER_BYTES, "big")) == LARGEST_FRAME_BYTES
    with pytest.raises(ValueError, match="bytes"):
        length_of((LARGEST_FRAME_BYTES + 1).to_bytes(HEADER_BYTES, "big"))


@pytest.mark.parametrize("encoded", [b"[]", b"7", b"null", b"", b"{", b"\xff"])
def test_what_is_no_object_is_refused(encoded: bytes) -> None:
    with pytest.raises(ValueError):
        from_frame(encoded)
