"""What may be asked, and what is refused before anybody looks it up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.errors import Misused, StaysHere
from aspen.core.model_card import Zone
from aspen.egress.sending.address import address_of, origin_of
from fakes.provider_rows import plain_provider


@pytest.mark.parametrize(
    ("base_url", "path", "url", "host_header"),
    [
        (
            "https://api.acme.test",
            "/v1/chat/completions",
            "https://api.acme.test/v1/chat/completions",
            "api.acme.test",
        ),
        ("https://api.acme.test/V1", "/messages", "https://api.acme.test/V1/messages", "api.acme.test"),
        ("https://acme.test:8443", "/a", "https://acme.test:8443/a", "acme.test:8443"),
        ("https://xn--mller-kva.test", "/a", "https://xn--mller-kva.test/a", "xn--mller-kva.test"),
        ("https://10.0.0.7", "/a", "https://10.0.0.7/a", "10.0.0.7"),
        ("https://[2001:db8::7]:8443", "/a", "https://[2001:db8::7]:8443/a", "[2001:db8::7]:8443"),
        ("http://localhost:11434/v1", "/a", "http://127.0.0.1:11434/v1/a", "localhost:11434"),
        ("http://127.0.0.1:8080", "/a", "http://127.0.0.1:8080/a", "127.0.0.1:8080"),
        ("http://[::1]:8080", "/a", "http://[::1]:8080/a", "[::1]:8080"),
        (
            "https://acme.test",
            "/v1beta/models/gemini-3:streamGenerateContent?alt=sse",
            "https://acme.test/v1beta/models/gemini-3:streamGenerateContent?alt=sse",
            "acme.test",
        ),
        (
            "https://acme.test",
            "/openai/deployments/a@b/chat?api-version=2026-01-01",
            "https://acme.test/openai/deployments/a@b/chat?api-version=2026-01-01",
            "acme.test",
        ),
    ],
)
def test_a_provider_and_a_path_make_one_exact_address(base_url: str, path: str, url: str, host_header: str) -> None:
    found = address_of(plain_provider(base_url), path)

    assert (found.url, found.host_header) == (url, host_header)
    assert found.origin == origin_of(plain_provider(base_url))


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "acme.test",
        "ftp://acme.test",
        "HTTPS://acme.test",
        "https://API.Acme.test/v1",
        "https://acme.test:443",
        "https://acme.test:08443",
        "https://vllm_server",
        "https://[2001:DB8::7]",
        "https://[::ffff:10.0.0.7]",
        "https://169.254.169.254",
        "https://0.0.0.0",
        "https://acme.1a",
        "https://",
        "https://acme.test/",
        "https://acme.test/v1/",
        "https://acme.test//v1",
        "https://acme.test/../v1",
        "https://acme.test/./v1",
        "https://acme.test/...",
        "https://acme.test/%2e%2e",
        "https://acme.test?x=1",
        "https://acme.test#x",
        "https://user@acme.test",
        "https://user:password@acme.test",
        "https://acme.test\\@evil.test",
        "https://acme.test:0",
        "https://acme.test:65536",
        "https://acme.test:port",
        "https://acme.test:",
        "https://acme.test.",
        "https://.acme.test",
        "https://acme..test",
        "https://-acme.test",
        "https://acme-.test",
        f"https://{'a' * 64}.test",
        f"https://{'.'.join(['a' * 60] * 5)}",
        "https://аcme.test",
        "https://acme。test",
        "https://acme.test\r\nx: y",
        "https://acme.test\n",
        " https://acme.test",
        "https://acme test",
        "https://2130706433",
        "https://127.1",
        "https://0x7f.1",
        "https://1.2.3.4.5",
        "https://256.1.1.1",
        "https://[::1",
        "https://::1",
        "https://[1.2.3.4]",
        "https://[fe80::1%eth0]",
        "http://acme.test",
        "http://10.0.0.7",
        "http://0.0.0.0",
        "http://127.0.0.1.acme.test",
        "http://localhost.acme.test",
        "http://[::]",
    ],
)
def test_any_other_base_url_is_refused(base_url: str) -> None:
    with pytest.raises(Misused):
        origin_of(plain_provider(base_url))


@pytest.mark.parametrize("base_url", ["http://10.0.0.7:8000", "http://[fd00::7]", "http://gpu.lan:8000", "http://gpu"])
def test_clear_text_in_a_private_network_is_for_own_servers_alone(base_url: str) -> None:
    own = replace(plain_provider(base_url), zone=Zone.OWN_SERVERS)
    assert origin_of(own).startswith(base_url)
    with pytest.raises(Misused):
        origin_of(plain_provider(base_url))


@pytest.mark.parametrize("base_url", ["http://acme.test", "http://8.8.8.8", "http://gpu.lan.acme.test"])
def test_clear_text_over_the_internet_is_refused_for_own_servers_too(base_url: str) -> None:
    with pytest.raises(Misused):
        origin_of(replace(plain_provider(base_url), zone=Zone.OWN_SERVERS))


@pytest.mark.parametrize(
    "path",
    [
        "",
        "v1/chat",
        "/",
        "//evil.test/v1",
        "/v1//chat",
        "/v1/../admin",
        "/v1/./chat",
        "/..",
        "/v1/%2e%2e/admin",
        "/v1/chat#x",
        "/v1/chat?",
        "/v1/chat?alt=sse&key=abc",
        "/v1/chat?key=abc",
        "/v1/chat?alt=a b",
        "/v1/chat\r\nhost: evil.test",
        "/v1/chat\n",
        "/v1/chаt",
        "/v1\\chat",
        "/v1/chat;a=b",
        "/" + "a" * 600,
    ],
)
def test_a_path_that_is_none_of_a_dialects_stays_here(path: str) -> None:
    with pytest.raises(StaysHere):
        address_of(plain_provider("https://acme.test"), path)
