"""Before the first byte a failure says that nothing left, and why: against servers that fail in just that way."""

from __future__ import annotations

from pathlib import Path

import pytest

from aspen.core.errors import Unreachable
from aspen.egress.sending.limits import WireLimits
from fakes.certificates import Authority
from fakes.one_send import collect, failure
from fakes.provider_rows import plain_provider
from fakes.tls_provider import TlsProvider

QUICK = WireLimits(connect_seconds=2.0, tls_seconds=0.3)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


async def unreachable(base_url: str, ca_file: str | None = None) -> Unreachable:
    """Send to `base_url` and return the error, which must say that nothing left."""
    error = await failure(collect(plain_provider(base_url, ca_file=ca_file), limits=QUICK))
    assert isinstance(error, Unreachable)
    assert error.facts["has_left"] is False
    return error


@pytest.mark.parametrize(
    ("names", "days", "words", "codes"),
    [
        (("127.0.0.1",), -2.0, "has expired", {10}),
        (("127.0.0.2",), 1.0, "belongs to another host", {64}),
        (("other.test",), 1.0, "belongs to another host", {64}),
    ],
)
async def test_an_unsound_certificate_is_named_by_its_fault(
    authority: Authority, names: tuple[str, ...], days: float, words: str, codes: set[int]
) -> None:
    async with TlsProvider(authority, names=names, days=days) as server:
        error = await unreachable(server.base_url, server.ca_file)

    assert words in error.sentence
    assert error.facts["verify_code"] in codes
    assert server.received == []


async def test_a_certificate_for_another_name_is_named_so(authority: Authority) -> None:
    async with TlsProvider(authority, names=("other.test",)) as server:
        error = await unreachable(f"https://localhost:{server.port}", server.ca_file)

    assert error.facts["verify_code"] == 62
    assert server.received == []


async def test_only_the_providers_own_file_is_trusted_for_it(authority: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")
    async with TlsProvider(stranger) as server:
        by_the_file = await unreachable(server.base_url, str(authority.ca_file))
        by_the_system = await unreachable(server.base_url)

    for error in (by_the_file, by_the_system):
        assert "an authority that is not trusted here" in error.sentence
    assert by_the_file.hint != by_the_system.hint
    assert server.received == []


async def test_a_server_that_speaks_no_tls_gets_nothing() -> None:
    async with TlsProvider(None) as server:
        error = await unreachable(f"https://127.0.0.1:{server.port}")

    assert error.facts["stage"] == "tls"
    assert server.received == []


async def test_a_server_that_says_nothing_at_all_is_given_up() -> None:
    async with TlsProvider(None, reads=False) as server:
        error = await unreachable(f"https://127.0.0.1:{server.port}")

    assert (error.facts["stage"], error.facts["seconds"]) == ("tls", 0.3)


async def test_a_port_where_nobody_listens_is_named(authority: Authority) -> None:
    async with TlsProvider(authority) as server:
        gone = server.base_url
    error = await unreachable(gone)

    assert f"port {server.port}" in error.sentence


async def test_a_name_that_cannot_be_looked_up_is_unreachable() -> None:
    error = await unreachable("https://nobody.invalid")

    assert "nobody.invalid" in error.sentence
    assert error.facts["stage"] == "connect"
