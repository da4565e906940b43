"""What the wire promises, against real TLS servers on this machine."""

from __future__ import annotations

import asyncio
import gzip
import time
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.errors import AspenError, BadSetting, ProviderFailed, StaysHere, Unreachable
from aspen.core.gate_event import ResponseHead
from aspen.egress.sending.limits import WireLimits
from aspen.egress.sending.target import target_for
from aspen.egress.sending.transport import Transport
from fakes.certificates import Authority
from fakes.connect_proxy import ConnectProxy
from fakes.one_send import PATH, collect, failure, transport_for
from fakes.provider_rows import KEY, plain_provider, provider_at
from fakes.tls_provider import Ending, Reply, TlsProvider

SHORT = WireLimits(
    connect_seconds=2.0, tls_seconds=0.3, stall_seconds=0.3, first_byte_seconds=0.3, idle_seconds=0.3, total_seconds=5.0
)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "authority")


async def failure_of(reply: Reply, authority: Authority, limits: WireLimits | None = None) -> tuple[AspenError, int]:
    """Return the error that a reply leads to, and how many requests the server saw."""
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        error = await failure(collect(provider_at(server), limits=limits))
        return error, len(server.received)


async def test_the_exact_bytes_arrive_once_and_the_answer_comes_back(authority: Authority) -> None:
    body = bytes(range(256)) * 2000
    reply = Reply(pieces=(b"one", b"two"), headers=(("Content-Type", "text/plain"), ("Set-Cookie", "a=b")))
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        head, content = await collect(provider_at(server), body)

    assert (head.status, head.headers) == (200, (("content-type", "text/plain"),))
    assert content == b"onetwo"
    assert [(each.method, each.target, each.body) for each in server.received] == [("POST", PATH, body)]


async def test_the_headers_are_these_and_no_others(authority: Authority) -> None:
    async with TlsProvider(authority) as server:
        provider = replace(provider_at(server), headers=(("X-Version", "1"),))
        await collect(provider, b"12345")

    assert server.received[0].headers == (
        ("host", f"127.0.0.1:{server.port}"),
        ("user-agent", "aspen"),
        ("accept", "application/json, text/event-stream"),
        ("accept-encoding", "identity"),
        ("content-type", "application/json"),
        ("connection", "close"),
        ("x-version", "1"),
        ("authorization", f"Bearer {KEY}"),
        ("content-length", "5"),
    )


async def test_geminis_path_and_query_arrive_as_they_were_written(authority: Authority) -> None:
    path = "/v1beta/models/gemini-3.0_flash:streamGenerateContent?alt=sse"
    async with TlsProvider(authority) as server:
        await collect(provider_at(server), path=path)

    assert server.received[0].target == path


async def test_an_origin_that_is_not_listed_is_refused_without_a_look_up(authority: Authority) -> None:
    async with TlsProvider(authority) as server:
        listed = provider_at(server)
        other = replace(listed, base_url="https://name-that-nobody-may-look-up.invalid")
        sending = transport_for(listed).send(target_for(other, PATH, KEY), b"{}")
        error = await failure(anext(sending))

    assert isinstance(error, StaysHere)
    assert server.connections == 0


async def test_a_server_on_this_computer_may_speak_in_clear() -> None:
    async with TlsProvider(None) as server:
        provider = replace(provider_at(server), base_url=f"http://localhost:{server.port}")
        await collect(provider)

    assert server.received[0].header("host") == f"localhost:{server.port}"


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
async def test_a_redirect_is_an_error_and_the_second_host_sees_nothing(authority: Authority, status: int) -> None:
    async with TlsProvider(authority) as second:
        location = (("location", f"{second.origin}/elsewhere"),)
        error, seen = await failure_of(Reply(status=status, headers=location), authority)

    assert isinstance(error, ProviderFailed)
    assert error.facts["redirects_to"] == second.origin
    assert (seen, second.connections) == (1, 0)


async def test_an_error_status_is_passed_on_with_what_a_dialect_needs(authority: Authority) -> None:
    reply = Reply(status=429, headers=(("Retry-After", "7"), ("x-secret", "1")), pieces=(b'{"error":1}',))
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        head, content = await collect(provider_at(server))

    assert head == ResponseHead(status=429, headers=(("retry-after", "7"),))
    assert content == b'{"error":1}'


async def test_the_body_of_an_error_status_is_cut_at_its_bound(authority: Authority) -> None:
    reply = Reply(status=500, pieces=(b"x" * 1000,) * 10, ending=Ending.SILENT)
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        _, content = await collect(provider_at(server), limits=WireLimits(largest_error_bytes=2500))

    assert content == b"x" * 2500


@pytest.mark.parametrize(
    ("encoding", "encoded"),
    [
        ("gzip", gzip.compress(b"a picture of a fair " * 50)),
        ("X-GZIP", gzip.compress(b"a picture of a fair " * 20) + gzip.compress(b"a picture of a fair " * 30)),
        ("deflate", zlib.compress(b"a picture of a fair " * 50)),
        ("deflate", zlib.compress(b"a picture of a fair " * 50, wbits=-15)),
        ("identity", b"a picture of a fair " * 50),
    ],
)
async def test_a_compressed_answer_is_decompressed(authority: Authority, encoding: str, encoded: bytes) -> None:
    pieces = tuple(encoded[start : start + 7] for start in range(0, len(encoded), 7))
    reply = Reply(headers=(("content-encoding", encoding),), pieces=pieces)
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        _, content = await collect(provider_at(server))

    assert content == b"a picture of a fair " * 50


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip, gzip", "gzip;q=1", "nonsense"])
async def test_an_encoding_that_was_not_asked_for_is_refused(authority: Authority, encoding: str) -> None:
    error, _ = await failure_of(Reply(headers=(("content-encoding", encoding),), pieces=(b"x",)), authority)

    assert isinstance(error, ProviderFailed)
    assert error.facts["encoding"] == encoding


async def test_a_bomb_is_an_error_and_memory_stays_flat(authority: Authority) -> None:
    squeezing = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join(squeezing.compress(bytes(1 << 20)) for _ in range(512)) + squeezing.flush()
    reply = Reply(headers=(("content-encoding", "gzip"),), pieces=(bomb,))

    tracemalloc.start()
    try:
        error, _ = await failure_of(reply, authority)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert isinstance(error, ProviderFailed)
    assert error.facts["greatest_ratio"] == 100
    assert peak_bytes < 16 << 20


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_more_than_an_answer_may_be_is_an_error(authority: Authority, encoding: str) -> None:
    content = gzip.compress(bytes(9000)) if encoding == "gzip" else bytes(9000)
    reply = Reply(headers=(("content-encoding", encoding),), pieces=(content,))
    error, _ = await failure_of(reply, authority, WireLimits(largest_response_bytes=8999))

    assert isinstance(error, ProviderFailed)
    assert error.facts["largest_response_bytes"] == 8999


@pytest.mark.parametrize("count", [10, 200])
async def test_headers_beyond_their_bound_are_an_error(authority: Authority, count: int) -> None:
    headers = tuple((f"x-{number}", "v" * 1000) for number in range(count))
    error, _ = await failure_of(Reply(headers=headers), authority, WireLimits(largest_header_bytes=8000))

    assert isinstance(error, ProviderFailed)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(pieces=(b"half of a piece",), ending=Ending.ABRUPT),
        Reply(pieces=(b"half of a piece",), ending=Ending.ABRUPT, is_lengthed=True),
        Reply(pieces=(gzip.compress(b"cut off" * 100)[:-20],), headers=(("content-encoding", "gzip"),)),
        Reply(pieces=(b"not gzip",), headers=(("content-encoding", "gzip"),)),
        Reply(raw=b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nnot a chunk"),
        Reply(raw=b"220 mail.example ESMTP\r\n"),
        Reply(raw=b"\x00\xff" * 5000),
        Reply(raw=b""),
        Reply(raw=b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
    ],
)
async def test_half_a_stream_and_garbage_are_failures_of_the_provider_and_nothing_is_sent_again(
    authority: Authority, reply: Reply
) -> None:
    error, seen = await failure_of(reply, authority)

    assert isinstance(error, ProviderFailed)
    assert seen == 1


async def test_a_connection_is_used_once_even_if_the_server_would_keep_it(authority: Authority) -> None:
    reply = Reply(pieces=(b"{}",), keeps_alive=True)
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        for _ in range(3):
            await collect(provider_at(server))

    assert [each.connection for each in server.received] == [1, 2, 3]


async def test_closing_in_mid_answer_closes_the_connection_at_once(authority: Authority) -> None:
    reply = Reply(pieces=(b"first",), ending=Ending.SILENT)
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        provider = provider_at(server)
        sending = transport_for(provider).send(target_for(provider, PATH, KEY), b"{}")
        await anext(sending)
        await anext(sending)
        closed_at = time.monotonic()
        await sending.aclose()
        gone_at = await server.client_gone()

    assert gone_at - closed_at < 0.1


@pytest.mark.parametrize("reply", [Reply(delay_seconds=30.0), Reply(pieces=(b"1", b"2"), pause_seconds=30.0)])
async def test_a_cancelled_task_closes_the_connection_at_once(authority: Authority, reply: Reply) -> None:
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        task = asyncio.ensure_future(collect(provider_at(server)))
        await server.request_came()
        cancelled_at = time.monotonic()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        gone_at = await server.client_gone()

    assert task.cancelled()
    assert gone_at - cancelled_at < 0.1


async def test_a_cancel_during_the_handshake_closes_the_connection_at_once() -> None:
    came, gone = asyncio.Event(), asyncio.Event()

    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        came.set()
        await asyncio.gather(reader.read(), return_exceptions=True)
        writer.close()
        gone.set()

    async with await asyncio.start_server(say_nothing, "127.0.0.1", 0) as server:
        provider = plain_provider(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        task = asyncio.ensure_future(collect(provider))
        await asyncio.wait_for(came.wait(), 5.0)
        task.cancel()
        await asyncio.wait_for(gone.wait(), 0.1)


@pytest.mark.parametrize(
    ("reply", "stage"),
    [
        (Reply(delay_seconds=30.0), "wait"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\ncontent-t", ending=Ending.SILENT), "wait"),
        (Reply(pieces=(b"word",), ending=Ending.SILENT), "read"),
        (Reply(pieces=(b"1", b"2"), pause_seconds=30.0), "read"),
    ],
)
async def test_a_server_that_falls_silent_is_given_up(authority: Authority, reply: Reply, stage: str) -> None:
    error, seen = await failure_of(reply, authority, SHORT)

    assert isinstance(error, ProviderFailed)
    assert (error.facts["stage"], error.facts["has_left"], seen) == (stage, True, 1)


async def test_a_slow_drip_is_read_for_as_long_as_it_goes_on_and_not_beyond_the_whole_time(
    authority: Authority,
) -> None:
    reply = Reply(pieces=(b".",) * 12, pause_seconds=0.05)
    async with TlsProvider(authority, answer=lambda _: reply) as server:
        _, content = await collect(provider_at(server), limits=SHORT)
        error = await failure(collect(provider_at(server), limits=replace(SHORT, total_seconds=0.3)))

    assert content == b"." * 12
    assert isinstance(error, ProviderFailed)


async def test_a_server_that_does_not_take_the_request_is_given_up(authority: Authority) -> None:
    async with TlsProvider(authority, reads=False) as server:
        error = await failure(collect(provider_at(server), bytes(32 << 20), limits=SHORT))

    assert isinstance(error, ProviderFailed)
    assert error.facts["stage"] == "send"


async def test_what_the_environment_says_has_no_effect(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets, netrc = tmp_path / "secrets", tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login eve password stolen\n", encoding="utf-8")
    netrc.chmod(0o600)
    async with TlsProvider(None) as trap, TlsProvider(authority) as server:
        for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, trap.origin)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("NETRC", str(netrc))
        monkeypatch.setenv("SSLKEYLOGFILE", str(secrets))
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.ca_file))
        monkeypatch.setenv("SSL_CERT_DIR", str(authority.folder))
        await collect(provider_at(server))
        error = await failure(collect(replace(provider_at(server), ca_file=None)))

    assert server.received[0].header("authorization") == f"Bearer {KEY}"
    assert trap.connections == 0
    assert not secrets.exists()
    assert isinstance(error, Unreachable)
    assert error.facts["verify_code"] in {19, 20}


async def test_a_proxy_that_was_asked_for_is_used_and_sees_no_words(authority: Authority) -> None:
    async with TlsProvider(authority, names=("provider.test",)) as server, ConnectProxy(to_port=server.port) as proxy:
        provider = plain_provider("https://provider.test:8443", ca_file=server.ca_file)
        content = await collect(provider, b"captions", proxy=f"http://127.0.0.1:{proxy.port}")

    assert content[1] == b"{}"
    assert server.received[0].body == b"captions"
    assert proxy.asked == [b"CONNECT provider.test:8443 HTTP/1.1"]
    assert KEY.encode() not in proxy.head


async def test_a_proxy_that_refuses_is_named_and_nothing_leaves() -> None:
    async with ConnectProxy(to_port=None) as proxy:
        provider = plain_provider("https://provider.test")
        error = await failure(collect(provider, proxy=f"http://127.0.0.1:{proxy.port}"))

    assert isinstance(error, Unreachable)
    assert "proxy" in error.sentence
    assert error.facts["has_left"] is False


async def test_this_computers_own_servers_are_asked_without_the_proxy(authority: Authority) -> None:
    async with ConnectProxy(to_port=None) as proxy, TlsProvider(authority) as server:
        await collect(provider_at(server), proxy=f"http://127.0.0.1:{proxy.port}")

    assert proxy.asked == []


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1", "127.0.0.1:3128", "http://", ""])
def test_a_proxy_that_cannot_be_used_is_refused_at_the_start(proxy: str) -> None:
    with pytest.raises(BadSetting):
        Transport(origins=lambda: (), proxy=proxy)
