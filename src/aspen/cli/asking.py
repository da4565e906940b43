"""Asks one question and prints its answer: the work of `ask`, and of `run` with a prompt."""

from __future__ import annotations

from dataclasses import replace

import click

from aspen.cli.answer_options import AskOptions, question
from aspen.cli.answer_printer import AnswerPrinter
from aspen.cli.commanding import Reach, command, reach_of
from aspen.cli.explaining import explain
from aspen.cli.leaving.approving import EditWanted, approving
from aspen.cli.offers import make_offer
from aspen.cli.prompts import Prompt
from aspen.cli.reading import Json, mapping
from aspen.cli.terminal import put_json, say
from aspen.core.errors import Declined


def answer(options: AskOptions, prompt: Prompt) -> None:
    """Ask, and print the answer as text or as the documented object.

    Raises AspenError as the service does; what had been printed by then ends with a line end.
    """
    reach = reach_of(alone=options.alone)
    while True:
        try:
            result = _ask(options, prompt, reach)
        except EditWanted:
            prompt = replace(prompt, text=_edited(prompt.text))
        else:
            break
    if options.as_json:
        put_json(result)
    else:
        make_offer(result, reach=reach)


def _ask(options: AskOptions, prompt: Prompt, reach: Reach) -> Json:
    printer = AnswerPrinter(
        verbose=options.verbose, silent=options.as_json, explains=options.why and not options.as_json
    )
    approve = approving(options.yes_send, can_edit=not prompt.is_piped)
    arguments = question(options, prompt)
    try:
        result = command("ask", arguments, reach=reach, on_event=printer.on_event, on_approval=approve)
    finally:
        printer.end_line()
    if not options.as_json:
        printer.finish(result)
        if options.why:
            say(explain(mapping(result, "decision")))
    return result


def _edited(text: str) -> str:
    """Raises Declined when the editor is left without saving."""
    edited = click.edit(text)
    if edited is None or not edited.strip():
        raise Declined("Not sent: the words were not changed.", hint="Ask again when you are ready.")
    return edited.strip("\n")
