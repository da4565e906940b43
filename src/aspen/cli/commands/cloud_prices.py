"""`aspen cloud prices`: what the clouds charge, as the price list says. Asks nobody: the list came with its package."""

from __future__ import annotations

from dataclasses import dataclass

import click

from aspen.cli.commanding import command, reach_of
from aspen.cli.options import Invocation, takes
from aspen.cli.reading import Json, mapping, number, objects, text
from aspen.cli.tables import table
from aspen.cli.terminal import put_json, put_line, say
from aspen.core.errors import NotFound

_HEADER = ("MODEL", "READ", "CACHED", "WRITE", "BATCH READ", "BATCH WRITE")


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesOptions(Invocation):
    models: tuple[str, ...]


@click.command()
@click.argument("models", nargs=-1, metavar="[MODEL]…")
@takes(PricesOptions)
def prices(options: PricesOptions) -> None:
    """Show what the clouds charge, in US dollars for a million tokens.

    List prices without tax, for words read, words read again from a cache, and words written; then the same in the
    provider's batch interface, which answers within a day. Aspen sends no batches: that column is for comparing.
    """
    told = command("prices", reach=reach_of(alone=options.alone))
    rows = [row for row in objects(told, "models") if not options.models or text(row, "model") in options.models]
    known = {text(row, "model") for row in rows}
    if unknown := [name for name in options.models if name not in known]:
        raise NotFound(f"The price list has no model {unknown[0]!r}.", hint="See them all: aspen cloud prices")
    if options.as_json:
        put_json({**told, "models": rows})
        return
    put_line(table(_HEADER, [_line(row) for row in rows]))
    if any("+" in cell for row in rows for cell in _line(row)):
        say("+ more for a long prompt; the steps: aspen cloud prices --json")
    say(f"{text(told, 'package')} {text(told, 'version')}, as of {text(told, 'listed_on')}.")


def _line(row: Json) -> tuple[str, ...]:
    batch = mapping(row, "batch")
    plain = (_price(row, "prompt"), _price(row, "cached"), _price(row, "completion"))
    return (text(row, "model"), *plain, _price(batch, "prompt"), _price(batch, "completion"))


def _price(row: Json, name: str) -> str:
    """The first step; a plus where a longer prompt costs more."""
    steps = objects(row, name)
    first = number(steps[0], "per_million") if steps else None
    if first is None:
        return "–"
    return f"{first:.3f}{'+' if len(steps) > 1 else ''}"
