"""Frames: one JSON object a line; a stranger's bytes never pass for one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aspen.channel.framing import PROTOCOL, Hello, from_frame, hello_frame, hello_from, to_frame
from aspen.core.errors import ServiceUnreachable

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.text(st.characters(categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=3))
def test_what_goes_in_as_one_line_comes_out(content: dict[str, object]) -> None:
    line = to_frame(content)
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert from_frame(line) == content


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b'{"hello":',
        b"[1, 2]\n",
        b"17\n",
        b'"text"\n',
        b"\xff\xfe\x00\n",
        b'{"a": 1}{"b": 2}\n',
        b"[" * 100_000 + b"\n",
        b'{"a":' * 100_000 + b"\n",
        b'{"a":' + b"9" * 10_000 + b"}\n",
    ],
    ids=lambda line: repr(line[:12]),
)
def test_a_line_that_is_no_object_is_not_aspen(line: bytes) -> None:
    with pytest.raises(ServiceUnreachable):
        from_frame(line)


def test_a_greeting_says_version_process_and_protocol() -> None:
    hello = Hello(version="1.2.3", pid=17)
    assert hello_from(from_frame(hello_frame(hello))) == hello
    assert hello.protocol == PROTOCOL


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"hello": 1},
        {"hello": {}},
        {"hello": {"version": 2, "pid": "x", "protocol": None}},
    ],
)
def test_a_greeting_of_an_unknown_shape_counts_as_version_0(frame: dict[str, object]) -> None:
    assert hello_from(frame) == Hello(version="0", pid=0, protocol=0)


def test_a_greeting_with_more_in_it_is_understood() -> None:
    frame: dict[str, object] = {"hello": {"version": "9.0", "pid": 5, "protocol": 3, "motto": "…"}, "new": True}
    assert hello_from(frame) == Hello(version="9.0", pid=5, protocol=3)
