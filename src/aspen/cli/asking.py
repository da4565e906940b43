"""Asks one question and prints its answer: the work of `ask`, and of `run` with a prompt."""

from __future__ import annotations

from aspen.cli.answer_options import AskOptions, question
from aspen.cli.answer_printer import AnswerPrinter
from aspen.cli.commanding import command, reach_of
from aspen.cli.offers import make_offer
from aspen.cli.terminal import put_json


def answer(options: AskOptions, prompt: str) -> None:
    """Ask, and print the answer as text or as the documented object.

    Raises AspenError as the service does; what had been printed by then ends with a line end.
    """
    arguments = question(options, prompt)
    printer = AnswerPrinter(verbose=options.verbose, silent=options.as_json)
    reach = reach_of(alone=options.alone)
    try:
        result = command("ask", arguments, reach=reach, on_event=printer.on_event)
    finally:
        printer.end_line()
    if options.as_json:
        put_json(result)
    else:
        printer.finish(result)
        make_offer(result, reach=reach)
