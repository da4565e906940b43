"""`aspen airplane`: one switch at the gate. While it is on, nothing is sent to anybody."""

from __future__ import annotations

from dataclasses import dataclass

import click

from aspen.cli.commanding import reach_of
from aspen.cli.leaving.gate_session import gate_command
from aspen.cli.options import Invocation, takes
from aspen.cli.terminal import put_json, say


@dataclass(frozen=True, slots=True, kw_only=True)
class AirplaneOptions(Invocation):
    state: str | None


@click.command()
@click.argument("state", required=False, type=click.Choice(("on", "off")))
@takes(AirplaneOptions)
def airplane(options: AirplaneOptions) -> None:
    """Turn airplane mode on or off, or say which it is.

    Turning it on also ends what is being sent at that moment. Downloads that you start yourself still work.
    """
    wanted = None if options.state is None else options.state == "on"
    told = gate_command("airplane", {"on": wanted}, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
    else:
        say("Airplane mode is on: nothing is sent." if told.get("airplane") is True else "Airplane mode is off.")
