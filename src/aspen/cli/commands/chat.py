"""`aspen chat`: a conversation."""

from __future__ import annotations

import click

from aspen.cli.answer_options import AnswerOptions, answering, model_option
from aspen.cli.chat.repl import converse
from aspen.cli.options import takes


@click.command()
@model_option
@answering
@takes(AnswerOptions)
def chat(options: AnswerOptions) -> None:
    """Talk with a model, turn by turn. /? lists what can be typed besides questions.

    With --json every line that comes in is a question and every answer is one JSON object on a line.
    """
    converse(options)
