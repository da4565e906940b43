"""`aspen ask`: one question, one answer."""

from __future__ import annotations

import click

from aspen.cli.answer_options import AskOptions, asking, model_option, yes_send_option
from aspen.cli.asking import answer
from aspen.cli.options import takes
from aspen.cli.prompts import prompt_of


@click.command()
@click.argument("prompt", nargs=-1)
@model_option
@asking
@yes_send_option
@takes(AskOptions)
def ask(options: AskOptions) -> None:
    """Ask one question and print the answer.

    Piped text becomes part of the question, after PROMPT and a blank line.
    """
    answer(options, prompt_of(options.prompt, example="aspen ask"))
