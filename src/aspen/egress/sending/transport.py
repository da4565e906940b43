"""One request, one connection, one answer. The only place of the gate that looks up names and opens connections.

A connection lives as long as its send and is never used again. HTTP cannot tell a request that was lost on a stale
connection from one that was read: with a connection of its own, a failure to connect is a failure before the first
byte, and nothing is ever sent twice. The price is a handshake for each send; `benchmarks/gate_wire.py` measures it.

httpx2's transport is used without its client, which alone follows redirects, keeps cookies and reads the environment.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from contextlib import aclosing

import httpx2

from aspen.core.errors import BadSetting, ProviderFailed, StaysHere
from aspen.core.gate_event import ResponseHead, ResponsePiece
from aspen.egress.sending.decoding import Decoder, decoder_for
from aspen.egress.sending.failures import translated
from aspen.egress.sending.limits import WireLimits
from aspen.egress.sending.target import Target
from aspen.egress.sending.trust import Trust
from aspen.egress.sending.watch import Stage, Watch

_PIECE_BYTES = 64 << 10
_FIRST_FINAL_STATUS = 200
_FIRST_REDIRECT_STATUS = 300
_FIRST_ERROR_STATUS = 400

_ONE_USE = httpx2.Limits(max_connections=1, max_keepalive_connections=0)
_NO_TIMEOUTS = {"connect": None, "read": None, "write": None, "pool": None}
"""`Watch` keeps the time."""

_PASSED_ON = re.compile(
    r"content-type|date|retry-after(-ms)?|(x-)?request-id|x-should-retry|(anthropic|x)-ratelimit-[a-z-]+"
)
"""The response's headers that a dialect or a person can use."""

_PROXY = re.compile(r"https?://[\x21-\x7e]+")
_HOST_OF_LOCATION = re.compile(r"(https?://[A-Za-z0-9.-]{1,253}(?::[0-9]{1,5})?)(?:/.*)?")


class Transport:
    """Sends to the origins that `origins` lists at that moment, and to nobody else.

    `proxy` is an http:// or https:// URL from the gate's own settings; this computer's own addresses never go through
    it. Raises BadSetting for any other. Proxy variables, .netrc, SSL_CERT_FILE, SSL_CERT_DIR and SSLKEYLOGFILE have
    no effect.
    """

    def __init__(
        self,
        *,
        origins: Callable[[], Collection[str]],
        limits: WireLimits | None = None,
        proxy: str | None = None,
    ) -> None:
        if proxy is not None and not _PROXY.fullmatch(proxy):
            raise BadSetting(
                "The proxy of the gate cannot be used.", hint="Write it as http://host:port or https://host:port."
            )
        self._origins = origins
        self._limits = limits or WireLimits()
        self._proxy = proxy
        self._trust = Trust()

    async def send(self, target: Target, body: bytes) -> AsyncGenerator[ResponseHead | ResponsePiece]:
        """Post `body` and yield the response: its head, then its bytes, decompressed. Closing ends the connection.

        An error status is passed on like any other, its body cut at a bound. Raises StaysHere for an
        address that is not listed, Unreachable while nothing has left, ProviderFailed from then on.
        """
        if target.address.origin not in self._origins():
            raise StaysHere(
                f"Not sent: {target.address.origin} belongs to no connected provider.",
                hint=f"Connect it first: aspen cloud add {target.provider.name}",
                facts={"provider": target.provider.name},
            )
        watch = Watch(self._limits)
        try:
            async with self._wire(target) as wire, aclosing(self._exchange(wire, target, body, watch)) as events:
                async for event in events:
                    yield event
        except (httpx2.TransportError, OSError) as error:
            raise translated(error, target, watch) from error
        finally:
            await watch.close()

    def _wire(self, target: Target) -> httpx2.AsyncHTTPTransport:
        return httpx2.AsyncHTTPTransport(
            verify=self._trust.context(target.provider.ca_file),
            trust_env=False,
            http2=False,
            limits=_ONE_USE,
            proxy=None if target.address.is_loopback else self._chosen_proxy(),
            retries=0,
        )

    def _chosen_proxy(self) -> httpx2.Proxy | None:
        if self._proxy is None:
            return None
        # The certificate of a proxy is checked against the system's, and not as SSL_CERT_FILE would have it.
        has_tls = self._proxy.startswith("https:")
        return httpx2.Proxy(self._proxy, ssl_context=self._trust.context(None) if has_tls else None)

    async def _exchange(
        self, wire: httpx2.AsyncHTTPTransport, target: Target, body: bytes, watch: Watch
    ) -> AsyncGenerator[ResponseHead | ResponsePiece]:
        request = httpx2.Request(
            "POST",
            target.address.url,
            headers=[*target.headers, ("content-length", str(len(body)))],
            stream=_Body(body, watch),
            extensions={"trace": watch.trace, "timeout": _NO_TIMEOUTS},
        )
        response = await watch.limited(wire.handle_async_request(request))
        self._check(response, target)
        decoder = decoder_for(response.headers.get("content-encoding", ""), self._limits, target.provider.title)
        yield ResponseHead(status=response.status_code, headers=_useful(response.headers))
        watch.enter(Stage.READ)
        async with aclosing(self._pieces(response, decoder, watch)) as pieces:
            async for piece in pieces:
                yield piece

    async def _pieces(self, response: httpx2.Response, decoder: Decoder, watch: Watch) -> AsyncGenerator[ResponsePiece]:
        is_error = response.status_code >= _FIRST_ERROR_STATUS
        left_bytes = self._limits.largest_error_bytes if is_error else None
        async with aclosing(response.aiter_raw()) as came:
            while content := await watch.limited(anext(came, b"")):
                for made in decoder.feed(content):
                    if left_bytes is not None and len(made) >= left_bytes:
                        yield ResponsePiece(content=made[:left_bytes])
                        return
                    left_bytes = None if left_bytes is None else left_bytes - len(made)
                    yield ResponsePiece(content=made)
        decoder.finish()

    def _check(self, response: httpx2.Response, target: Target) -> None:
        status, title = response.status_code, target.provider.title
        facts: dict[str, object] = {"provider": target.provider.name, "status": status, "has_left": True}
        if _FIRST_REDIRECT_STATUS <= status < _FIRST_ERROR_STATUS:
            whither = _HOST_OF_LOCATION.fullmatch(response.headers.get("location", ""))
            raise ProviderFailed(
                f"{title} wants to send the request on to another address. Aspen follows no redirects.",
                hint="If the server has moved, add it again under its new address.",
                facts={**facts, "redirects_to": whither[1] if whither else ""},
            )
        if status < _FIRST_FINAL_STATUS:
            raise ProviderFailed(f"{title} wants to speak another protocol.", hint="Check its address.", facts=facts)
        if sum(len(name) + len(value) for name, value in response.headers.raw) > self._limits.largest_header_bytes:
            raise ProviderFailed(f"{title} sent more headers than an answer may have.", hint="Ask again.", facts=facts)


class _Body(httpx2.AsyncByteStream):
    """The exact bytes in pieces, so that the watch sees whether they move."""

    def __init__(self, body: bytes, watch: Watch) -> None:
        self._body = body
        self._watch = watch

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._body), _PIECE_BYTES):
            self._watch.enter(Stage.SEND)
            yield self._body[start : start + _PIECE_BYTES]


def _useful(headers: httpx2.Headers) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers.multi_items() if _PASSED_ON.fullmatch(name))
