"""Command-line options as one frozen value per command, instead of one parameter each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce, wraps
from typing import Any, TypeVar

import click

Callback = Callable[..., Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Invocation:
    """What every command can be told: `as_json` is its `--json`, `alone` the global `--alone`."""

    as_json: bool
    alone: bool


Options = TypeVar("Options", bound=Invocation)

_as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text for people.")
_alone = click.option("--alone", is_flag=True, hidden=True)  # people write it on either side of the command


def takes(kind: type[Options]) -> Callable[[Callable[[Options], object]], Callback]:
    """Let a callback take one `kind` built from click's arguments, and give its command `--json`."""

    def decorate(callback: Callable[[Options], object]) -> Callback:
        @wraps(callback)
        def call(**arguments: object) -> object:
            root = click.get_current_context().find_root()
            alone = bool(arguments["alone"] or root.params.get("alone"))
            typed: dict[str, Any] = {**arguments, "alone": alone}
            return callback(kind(**typed))

        return _as_json(_alone(call))

    return decorate


def stacked(*decorators: Callable[[Callback], Callback]) -> Callable[[Callback], Callback]:
    """Join options that several commands share; they appear in the help in this order."""
    return lambda callback: reduce(lambda decorated, decorate: decorate(decorated), reversed(decorators), callback)
