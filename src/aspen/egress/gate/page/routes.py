"""The API of the gate's pages as one table: a path, the person's verb behind it, and who may ask.

The verbs are those of the gate's own socket. A verb that has no row here cannot be reached from a browser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from aspen.core.errors import Misused
from aspen.egress.gate.page.door import Visitor
from aspen.egress.gate.page.messages import Json
from aspen.egress.gate.page.readable import with_readable

_NAME = "[a-z0-9][a-z0-9._-]{0,63}"
_NUMBERS = {"sequence", "before_sequence", "limit"}
_LISTS = {"verdicts"}
"""Several words with commas between them, which the verb takes as a list."""
_CALLED = {"before": "before_sequence"}
"""What a page calls something, where the verb has another word for it."""


def _by_own_pages(_arguments: Json) -> bool:
    return False


def _anything(_arguments: Json) -> bool:
    return True


def _closes_the_gate(arguments: Json) -> bool:
    return arguments == {"on": True}


def _as_it_is(result: Json) -> Json:
    return result


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """`takes` names the arguments that may come in the query or the body; those of the path stand in its pattern.

    `app_may` says which arguments the app's page may give; a page of the gate's own may give any.
    """

    method: str
    path: re.Pattern[str]
    verb: str
    takes: frozenset[str] = frozenset()
    app_may: Callable[[Json], bool] = _by_own_pages
    shown: Callable[[Json], Json] = _as_it_is

    def admits(self, visitor: Visitor, arguments: Json) -> bool:
        """Whether whoever asks may do this."""
        return visitor is Visitor.OWN or self.app_may(arguments)


def _reads(path: str, verb: str, *takes: str, shown: Callable[[Json], Json] = _as_it_is) -> Route:
    return Route(method="GET", path=re.compile(path), verb=verb, takes=frozenset(takes), app_may=_anything, shown=shown)


def _decides(path: str, verb: str, *takes: str, app_may: Callable[[Json], bool] = _by_own_pages) -> Route:
    return Route(method="POST", path=re.compile(path), verb=verb, takes=frozenset(takes), app_may=app_may)


_FILTERS = ("text", "provider", "model", "project", "conversation_id", "since", "until", "verdicts")

ROUTES: tuple[Route, ...] = (
    _reads("/api/pending", "pending"),
    _reads("/api/preview/(?P<nonce>[0-9a-f]{32})", "preview", shown=with_readable),
    _reads("/api/state", "status"),
    _reads(f"/api/provider/(?P<name>{_NAME})", "provider"),
    _reads("/api/ledger", "ledger_list", "before_sequence", "limit", *_FILTERS),
    _reads("/api/ledger/verify", "ledger_verify"),
    _reads("/api/ledger/(?P<sequence>[1-9][0-9]{0,14})", "ledger_show"),
    _decides("/api/approve", "approve", "nonce", "body_sha256", "for_conversation"),
    _decides("/api/decline", "decline", "nonce"),
    _decides("/api/airplane", "airplane", "on", app_may=_closes_the_gate),
    _decides("/api/forget", "ledger_forget", "sequence", "before"),
    _decides("/api/connect", "connect", "name", "key", "file_is_allowed"),
    _decides("/api/disconnect", "disconnect", "name"),
)


def find_route(method: str, path: str) -> tuple[Route, Json] | None:
    """Return the row of a path, and the arguments in it; None where there is none."""
    for route in ROUTES:
        if route.method == method and (matched := route.path.fullmatch(path)):
            return route, _typed(matched.groupdict())
    return None


def methods_of(path: str) -> frozenset[str]:
    """Return the methods that a path has."""
    return frozenset(route.method for route in ROUTES if route.path.fullmatch(path))


def methods_for_app(path: str) -> frozenset[str]:
    """Return those of them that the app's page may use at all."""
    open_to_app = (route for route in ROUTES if route.app_may is not _by_own_pages)
    return frozenset(route.method for route in open_to_app if route.path.fullmatch(path))


def from_query(route: Route, query: str) -> Json:
    """Read the arguments of a query. Raises Misused."""
    try:
        pairs = parse_qsl(query, keep_blank_values=False, max_num_fields=20)
    except ValueError:
        raise Misused("That is more than the gate can be asked at once.") from None
    return from_body(route, _typed({_CALLED.get(name, name): value for name, value in pairs}))


def from_body(route: Route, told: Json) -> Json:
    """Return the arguments of a body, which may name those of the route and no others. Raises Misused."""
    if odd := sorted(set(told) - route.takes):
        raise Misused(f"The gate's page cannot be told {odd[0][:50]!a}.")
    return told


def _typed(given: Mapping[str, str]) -> Json:
    return {name: _value(name, value) for name, value in given.items()}


def _value(name: str, value: str) -> object:
    if name in _NUMBERS:
        return _number(name, value)
    return value.split(",") if name in _LISTS else value


def _number(name: str, value: str) -> int:
    if not (value.isascii() and value.isdecimal() and len(value) <= 15):
        raise Misused(f"The gate needs {name} to be a whole number.")
    return int(value)
