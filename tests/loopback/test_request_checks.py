"""What a request says of itself is read as a browser writes it, and nothing is read into it."""

from __future__ import annotations

import pytest

from aspen.loopback.request_checks import cookies_called, name_of_host, says_json


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("127.0.0.1:80", "127.0.0.1"),
        ("Aspen.Localhost", "aspen.localhost"),
        ("[::1]:8080", "[::1]"),
        ("evil.example:80x", "evil.example:80x"),
        ("", ""),
    ],
)
def test_a_host_is_read_without_its_port(host: str, name: str) -> None:
    assert name_of_host(host) == name


@pytest.mark.parametrize(
    ("content_type", "is_json"),
    [
        ("application/json", True),
        ("Application/JSON; charset=utf-8", True),
        ("text/plain", False),
        ("text/plain; application/json", False),
        ("application/json-patch+json", False),
        ("", False),
    ],
)
def test_json_must_say_so(content_type: str, is_json: bool) -> None:
    assert says_json(content_type) is is_json


def test_cookies_of_one_name_are_all_read_and_no_others() -> None:
    header = 'other=1; aspen_gate=a; xaspen_gate=b; aspen_gate="c"; aspen_gate; =d'
    assert cookies_called(header, "aspen_gate") == ("a", "c", "")
    assert cookies_called("", "aspen_gate") == ()
