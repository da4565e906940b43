"""Cutting a stream of server-sent events anywhere changes nothing, whatever its line ends are."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from aspen.dialects.sse import EventStream, encode_event

_payloads = st.lists(st.binary(max_size=20).filter(lambda payload: b"\r" not in payload), max_size=5)
_cuts = st.lists(st.integers(0, 400), max_size=8)


def _pieces(wire: bytes, cuts: list[int]) -> list[bytes]:
    places = [0, *sorted(cut for cut in cuts if cut < len(wire)), len(wire)]
    return [wire[begin:end] for begin, end in pairwise(places)]


def _read(pieces: list[bytes]) -> list[bytes]:
    stream = EventStream()
    return [payload for piece in pieces for payload in stream.feed(piece)]


@given(payloads=_payloads)
def test_what_was_written_is_read(payloads: list[bytes]) -> None:
    assert _read([b"".join(encode_event(payload) for payload in payloads)]) == payloads


@given(payloads=_payloads, cuts=_cuts, line_end=st.sampled_from([b"\n", b"\r\n", b"\r"]))
def test_cuts_and_line_ends_change_nothing(payloads: list[bytes], cuts: list[int], line_end: bytes) -> None:
    wire = b"".join(encode_event(payload) for payload in payloads).replace(b"\n", line_end)
    # What ends in a lone CR could still become a CRLF: the last event is known once the next line begins.
    assert _read([*_pieces(wire, cuts), b":"]) == payloads


@given(wire=st.text(alphabet="dat:e \r\nx", max_size=60), cuts=_cuts)
def test_any_stream_at_all_reads_the_same_however_it_is_cut(wire: str, cuts: list[int]) -> None:
    assert _read(_pieces(wire.encode(), cuts)) == _read([wire.encode()])
