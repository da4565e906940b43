"""However a compressed answer is cut, the same bytes come out, and never too many."""

from __future__ import annotations

import gzip
import zlib
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aspen.core.errors import ProviderFailed
from aspen.egress.sending.decoding import decoder_for
from aspen.egress.sending.limits import WireLimits

CONTENTS = st.one_of(
    st.binary(max_size=500),
    st.integers(0, 300_000).map(lambda size: b"fair" * (size // 4)),
)


def decoded(encoding: str, pieces: list[bytes], limits: WireLimits | None = None) -> bytes:
    decoder = decoder_for(encoding, limits or WireLimits(greatest_ratio=2000), "Acme")
    made = b"".join(made for piece in pieces for made in decoder.feed(piece))
    decoder.finish()
    return made


def cut(content: bytes, places: list[int]) -> list[bytes]:
    ends = sorted({place % (len(content) + 1) for place in places} | {0, len(content)})
    return [content[start:end] for start, end in pairwise(ends)]


@settings(max_examples=60, deadline=None)
@given(CONTENTS, st.lists(st.integers(0, 10**6), max_size=8), st.sampled_from(["gzip", "zlib", "bare", "twice"]))
def test_cutting_at_any_place_decompresses_to_the_same(content: bytes, places: list[int], how: str) -> None:
    encoded, encoding, expected = {
        "gzip": (gzip.compress(content), "gzip", content),
        "zlib": (zlib.compress(content), "deflate", content),
        "bare": (zlib.compress(content, wbits=-15), "deflate", content),
        "twice": (gzip.compress(content) * 2, "gzip", content * 2),
    }[how]

    assert decoded(encoding, cut(encoded, places)) == expected


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=1, max_size=200), st.integers(1, 10**6))
def test_a_compressed_answer_without_its_end_is_a_failure(content: bytes, place: int) -> None:
    encoded = gzip.compress(content)
    with pytest.raises(ProviderFailed):
        decoded("gzip", [encoded[: 1 + place % (len(encoded) - 1)]])


def test_no_piece_is_larger_than_64_kib_whatever_comes() -> None:
    decoder = decoder_for("gzip", WireLimits(greatest_ratio=2000), "Acme")

    assert max(len(made) for made in decoder.feed(gzip.compress(bytes(3 << 20)))) == 64 << 10


def test_a_small_answer_may_be_one_letter_many_times() -> None:
    content = b"a" * (1 << 20)

    assert decoded("gzip", [gzip.compress(content)], WireLimits()) == content


def test_a_long_honest_answer_is_no_bomb() -> None:
    events = b"".join(b'data: {"id":"c-1","choices":[{"delta":{"content":"w%d"}}]}\n\n' % n for n in range(60_000))

    assert decoded("gzip", [gzip.compress(events)], WireLimits()) == events
