"""What a failure of the wire means to a person, by its type, its number and how far the send had come.

The rule: as long as nothing of the words had left, the other side is Unreachable; from the first byte on it Failed.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from socket import gaierror
from typing import assert_never, cast

import httpx2

from aspen.core.errors import AspenError, ProviderFailed, Unreachable
from aspen.egress.sending.target import Target
from aspen.egress.sending.watch import Stage, Watch

_CERTIFICATE_FAULTS = {
    9: "is not valid yet",
    10: "has expired",
    18: "is signed by itself alone",
    19: "is signed by an authority that is not trusted here",
    20: "is signed by an authority that is not trusted here",
    21: "is signed by an authority that is not trusted here",
    23: "was revoked",
    62: "belongs to another host",
    64: "belongs to another host",
}
"""By OpenSSL's number (X509_V_ERR_…, https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/)."""

_TIME_FAULTS = frozenset({9, 10})


def translated(error: BaseException, target: Target, watch: Watch) -> AspenError:
    """Return the error that a person can act on. Its facts hold `has_left`: whether any byte of the words was sent."""
    causes = list(_causes(error))
    facts: dict[str, object] = {
        "provider": target.provider.name,
        "host": target.address.host,
        "stage": watch.stage.name.lower(),
        "has_left": watch.has_left,
    }
    if isinstance(error, TimeoutError):
        return _too_slow(target, watch, facts)
    if any(isinstance(cause, httpx2.ProxyError) for cause in causes):
        return Unreachable(
            f"The proxy does not let the request to {target.provider.title} through.",
            hint="Check the proxy in the gate's settings.",
            facts=facts,
        )
    match watch.stage:
        case Stage.CONNECT:
            return _not_connected(causes, target, facts)
        case Stage.TLS:
            return _not_trusted(causes, target, facts)
        case Stage.SEND | Stage.WAIT:
            return ProviderFailed(
                f"{target.provider.title} closed the connection, or answered with something that is not HTTP.",
                hint="It may have read the request. Ask again if you want it sent a second time.",
                facts=facts,
            )
        case Stage.READ:
            return broke_off(target, facts)
        case _:
            assert_never(watch.stage)


def broke_off(target: Target, facts: dict[str, object]) -> ProviderFailed:
    """The answer ended before its end."""
    return ProviderFailed(
        f"The answer of {target.provider.title} broke off.",
        hint="What came is above. Ask again for the rest.",
        facts=facts,
    )


def _not_connected(causes: list[BaseException], target: Target, facts: dict[str, object]) -> Unreachable:
    host, port = target.address.host, target.address.port
    if any(isinstance(cause, gaierror) for cause in causes):
        return Unreachable(
            f"The name {host} could not be looked up.", hint="Check the network and the spelling.", facts=facts
        )
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return Unreachable(
            f"Nothing listens at {host}, port {port}.", hint="Check that the server runs, and its port.", facts=facts
        )
    return Unreachable(f"{host} could not be reached.", hint="Check the network and try again.", facts=facts)


def _not_trusted(causes: list[BaseException], target: Target, facts: dict[str, object]) -> Unreachable:
    unverified = next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None)
    if unverified is None:
        return Unreachable(
            f"No secure connection to {target.address.host} could be made.",
            hint="Perhaps something between here and there interferes, or the server speaks no TLS 1.2 or newer.",
            facts=facts,
        )
    number = unverified.verify_code
    if number in _TIME_FAULTS:
        hint = "Check this computer's clock. If it is right, the server must get a new certificate."
    elif target.provider.ca_file is not None:
        hint = "Only the certificates in the provider's own file are trusted for it. Check that file."
    else:
        hint = "Something between here and there may pretend to be it. Nothing was sent."
    return Unreachable(
        f"{target.address.host} could not prove who it is: its certificate "
        f"{_CERTIFICATE_FAULTS.get(number, 'could not be verified')}.",
        hint=hint,
        facts={**facts, "verify_code": number},
    )


def _too_slow(target: Target, watch: Watch, facts: dict[str, object]) -> AspenError:
    title, seconds = target.provider.title, f"{watch.seconds():g} seconds"
    facts["seconds"] = watch.seconds()
    if watch.is_over:
        sentence = f"The whole exchange with {title} took longer than it may."
    else:
        sentence = {
            Stage.CONNECT: f"{target.address.host} did not answer within {seconds}.",
            Stage.TLS: f"{target.address.host} did not prove who it is within {seconds}.",
            Stage.SEND: f"{title} did not take the request: nothing moved for {seconds}.",
            Stage.WAIT: f"{title} did not begin to answer within {seconds}.",
            Stage.READ: f"{title} fell silent in mid-answer for {seconds}.",
        }[watch.stage]
    kind = ProviderFailed if watch.has_left else Unreachable
    return kind(sentence, hint="Try again later.", facts=facts)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that led to it; httpcore cuts the chain of causes, not that of contexts."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += cast("BaseExceptionGroup[BaseException]", each).exceptions
