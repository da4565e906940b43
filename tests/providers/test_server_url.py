"""Addresses are read in one way only, and the private ones are known by themselves."""

from __future__ import annotations

import pytest

from aspen.providers.server_url import parse_base_url


@pytest.mark.parametrize(
    ("text", "written", "port"),
    [
        ("https://api.example.com", "https://api.example.com", 443),
        ("HTTPS://API.Example.com/V1/", "https://api.example.com/V1", 443),
        ("https://api.example.com:443/v1", "https://api.example.com/v1", 443),
        ("http://192.168.1.7:8000/v1", "http://192.168.1.7:8000/v1", 8000),
        ("http://[fd00::1]:8000", "http://[fd00::1]:8000", 8000),
        ("http://[::ffff:10.0.0.1]", "http://10.0.0.1", 80),
    ],
)
def test_an_address_is_written_in_one_form(text: str, written: str, port: int) -> None:
    url = parse_base_url(text)
    assert (str(url), url.port) == (written, port)
    assert parse_base_url(str(url)) == url


@pytest.mark.parametrize(
    "text",
    [
        "",
        "api.example.com",
        "ftp://api.example.com",
        "https://",
        "https://user:pass@api.example.com",
        "https://api.example.com@evil.test",
        "https://api.example.com?x=1",
        "https://api.example.com/v1#x",
        "https://api.example.com\\@evil.test",
        "https://api.example.com./v1",
        "https://api..example.com",
        "https://-a.example.com",
        "https://bücher.example",
        "https://api.example.com/a b",
        "https://api.example.com/a/../b",
        "https://api.example.com//v1",
        "https://api.example.com/.../v1",
        "https://example.1a",
        "https://api.example.com/%2e%2e",
        "https://api.example.com\r\nHost: evil.test",
        "https://api.example.com:0",
        "https://api.example.com:99999",
        "https://2130706433",
        "https://127.1",
        "https://0x7f000001",
        "https://010.0.0.1",
        "https://0.0.0.0",
        "https://169.254.169.254/latest",
        "https://[fe80::1]",
        "https://[::1%25eth0]",
    ],
)
def test_an_address_that_programs_could_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"address|host|port|path"):
        parse_base_url(text)


@pytest.mark.parametrize(
    ("host", "is_private"),
    [
        ("127.0.0.1", True),
        ("localhost", True),
        ("10.1.2.3", True),
        ("192.168.0.1", True),
        ("[::1]", True),
        ("[fd12::1]", True),
        ("gpu-box", True),
        ("gpu.local", True),
        ("gpu.home.arpa", True),
        ("8.8.8.8", False),
        ("[2606:4700::1111]", False),
        ("example.com", False),
        ("localhost.example.com", False),
        ("evil-local", True),
        ("notlocal.test", False),
    ],
)
def test_private_is_what_the_address_itself_says(host: str, *, is_private: bool) -> None:
    assert parse_base_url(f"http://{host}").is_private is is_private
