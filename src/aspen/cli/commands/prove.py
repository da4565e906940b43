"""`aspen prove`: whether what is promised holds now, on this computer; and `--attack`: hostile code let in to try."""

from __future__ import annotations

from dataclasses import dataclass

import click

from aspen.cli.commanding import reach_for_long
from aspen.cli.exit_codes import ExitCode
from aspen.cli.options import Invocation, takes
from aspen.cli.proving import attack_page, attacking, looking, printing
from aspen.cli.terminal import put_json, put_line


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveOptions(Invocation):
    attack: bool


@click.command()
@click.option("--attack", is_flag=True, help="Let hostile code run inside a real engine and a real core of its own.")
@takes(ProveOptions)
def prove(options: ProveOptions) -> None:
    """Try every way out now, and show what the kernel answers.

    Each process is looked at from outside and tries to break out from inside; words that must stay here are sent
    through every purpose; the ledger is checked. Says at the end what it cannot see. Exit code 1 when anything does
    not hold. It leaves entries in the ledger, as refused and blocked.

    --attack starts a service of its own, in a home of its own that is gone afterwards, and lets hostile code run inside
    of its engine and its core: every way out with the kernel's refusal, and a count of the packets that left.
    """
    if options.attack:
        outcome, page = attacking.attack(), attack_page.page
    else:
        with reach_for_long(alone=options.alone) as reach:
            outcome, page = looking.look(reach), printing.page
    if options.as_json:
        put_json(outcome)
    else:
        put_line(page(outcome))
    if not outcome["holds"]:
        raise click.exceptions.Exit(ExitCode.FAILED)
