"""Server-sent events by example: what servers really send between the events."""

from __future__ import annotations

import time

import pytest

from aspen.dialects.sse import EventStream, encode_event


@pytest.mark.parametrize(
    ("wire", "payloads"),
    [
        pytest.param(b"data: a\n\ndata: b\n\n", [b"a", b"b"], id="two events"),
        pytest.param(b"data:a\n\n", [b"a"], id="no space after the colon"),
        pytest.param(b"data:  a\n\n", [b" a"], id="only one space belongs to the colon"),
        pytest.param(b"data: a\ndata: b\n\n", [b"a\nb"], id="several lines are one payload"),
        pytest.param(b": ping\n\ndata: a\n\n", [b"a"], id="a comment keeps the connection alive"),
        pytest.param(b":\n\n", [], id="an empty comment"),
        pytest.param(b"event: delta\nid: 7\ndata: a\nretry: 3\n\n", [b"a"], id="names and ids are ignored"),
        pytest.param(b"data: \n\n", [b""], id="an empty payload is one"),
        pytest.param(b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"], id="CRLF"),
        pytest.param(b"data: a\n", [], id="an event that is not over yet"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_a_stream_is_read_as_its_payloads(wire: bytes, payloads: list[bytes]) -> None:
    assert EventStream().feed(wire) == payloads


def test_a_payload_of_several_lines_is_several_data_lines() -> None:
    assert encode_event(b"a\nb") == b"data: a\ndata: b\n\n"


@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_an_event_that_drips_in_costs_no_more_than_one_at_once(line_end: bytes) -> None:
    """With a cost that grows by the square this would take a minute, and the whole service with it."""
    stream, piece = EventStream(), b"x" * 100
    assert stream.feed(b"data: ") == []
    begun = time.process_time()
    assert [stream.feed(piece) for _ in range(50_000)] == [[]] * 50_000
    assert stream.feed(line_end * 2 + b":") == [piece * 50_000]
    assert time.process_time() - begun < 5
