"""`aspen preview`: what `aspen ask` would send, byte for byte, without sending it."""

from __future__ import annotations

from pathlib import Path

import click

from aspen.channel.framing import Frame
from aspen.cli.answer_options import AskOptions, asking, model_option, question
from aspen.cli.answer_printer import AnswerPrinter
from aspen.cli.commanding import command, reach_of
from aspen.cli.explaining import explain
from aspen.cli.leaving.preview import Preview, read_preview
from aspen.cli.options import takes
from aspen.cli.prompts import prompt_of
from aspen.cli.reading import mapping, text
from aspen.cli.terminal import put_json, put_line, say


@click.command()
@click.argument("prompt", nargs=-1)
@model_option
@asking
@takes(AskOptions)
def preview(options: AskOptions) -> None:
    """Show exactly what asking PROMPT would send, and to whom. Nothing is sent.

    With --json it prints the SHA-256 of the bytes, which `aspen ask --yes-send` takes.
    """
    seen: list[Preview] = []

    def look(frame: Frame, folder: Path) -> None:
        seen.append(read_preview(folder, text(frame, "nonce")))

    arguments = {**question(options, prompt_of(options.prompt, example="aspen preview")), "is_preview": True}
    printer = AnswerPrinter(silent=True, explains=options.why and not options.as_json)
    reach = reach_of(alone=options.alone)
    result = command("ask", arguments, reach=reach, on_event=printer.on_event, on_approval=look)
    if options.as_json:
        put_json({**(seen[0].to_json() if seen else {"schema": 1, "body_sha256": None}), **_decision(result)})
        return
    for line in seen[0].lines() if seen else ["Nothing would leave: this is answered on this computer."]:
        put_line(line)
    if options.why:
        say(explain(mapping(result, "decision"), is_preview=True))


def _decision(result: Frame) -> Frame:
    return {"decision": result.get("decision"), "leaves": result.get("leaves")}
