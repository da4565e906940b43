"""Which names the gate's pages answer to, and which origin of the app's may frame and read them. Pure.

The app and the gate are two origins of one site (https://html.spec.whatwg.org/#same-site): a cookie that is
SameSite=Strict reaches a frame, and yet neither page can touch the other. Under the names of `NAMES` that differ,
neither server sees the other's cookie; on 127.0.0.1 both do, since cookies know no ports.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from aspen.core.errors import Misused
from aspen.loopback.request_checks import name_of_host

NAMES: Mapping[str, str] = {
    "aspen.localhost": "gate.aspen.localhost",
    "127.0.0.1": "127.0.0.1",
    "localhost": "localhost",
}
"""What the app is called in an address bar, and what the gate is called beside it."""

WINDOW_HOST = "gate.aspen.localhost:81"
"""What the gate is called on its Unix socket: the sealed window leads there from this port of its own network."""

_ORIGIN = re.compile(r"http://(?P<host>[a-z0-9.]{1,64})(?::(?P<port>[1-9][0-9]{0,4}))?")


def checked_app_origin(written: str) -> str:
    """Return an origin that a page of Aspen's can have. Raises Misused for any other."""
    matched = _ORIGIN.fullmatch(written)
    if matched is None or matched["host"] not in NAMES:
        raise Misused(
            f"{written[:100]!a} is no origin of Aspen's page.",
            hint=f"Such an origin is http:// and {', '.join(NAMES)}.",
        )
    return written


def gate_origin(app_origin: str, port: int | None) -> str:
    """Return where the gate's pages are for the app at `app_origin`: on a port, or on the Unix socket."""
    if port is None:
        return f"http://{WINDOW_HOST}"
    return f"http://{NAMES[name_of_host(app_origin.removeprefix('http://'))]}:{port}"


def answered_hosts(port: int | None) -> frozenset[str]:
    """Return the Host headers that a listener answers: against names that are made to lead here (DNS rebinding)."""
    if port is None:
        return frozenset({WINDOW_HOST})
    return frozenset(f"{name}:{port}" for name in NAMES.values())
