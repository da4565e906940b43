"""`aspen setup`: everything that needs a network, done once."""

from __future__ import annotations

import click

from aspen.cli.commanding import command, reach_of
from aspen.cli.exit_codes import ExitCode
from aspen.cli.options import Invocation, takes
from aspen.cli.reading import texts
from aspen.cli.terminal import put_json, say


@click.command()
@takes(Invocation)
def setup(options: Invocation) -> None:
    """Get this computer ready for working without a network."""
    outcome = command("setup", reach=reach_of(alone=options.alone))
    is_ready = outcome.get("ready") is True
    if options.as_json:
        put_json(outcome)
    else:
        for note in texts(outcome, "notes"):
            say(f"Note: {note}")
        names = ", ".join(texts(outcome, "models"))
        say(f"Ready, also without a network: {names}." if is_ready else "Not ready yet.")
    if not is_ready:
        click.get_current_context().exit(ExitCode.PARTLY_FAILED)
