"""`aspen run`: one model, named first, as people know it from Ollama."""

from __future__ import annotations

import click

from aspen.cli.answer_options import AskOptions, asking, yes_send_option
from aspen.cli.asking import answer
from aspen.cli.options import takes
from aspen.cli.prompts import prompt_of, stdin_is_terminal
from aspen.core.errors import Misused


@click.command()
@click.argument("model")
@click.argument("prompt", nargs=-1)
@asking
@yes_send_option
@takes(AskOptions)
def run(options: AskOptions) -> None:
    """Talk with MODEL, or ask it PROMPT.

    MODEL is the name of a model or an assistant, or a GGUF file such as ./model.gguf. Without PROMPT and without piped
    text it is a conversation.
    """
    if options.prompt or not stdin_is_terminal():
        answer(options, prompt_of(options.prompt, example="aspen run MODEL"))
        return
    if options.schema or options.image or options.file or options.yes_send or options.why:
        raise Misused(
            "--schema, --image, --file, --yes-send and --why go with one question.",
            hint="Add the question to the command.",
        )
    from aspen.cli.chat.repl import converse

    converse(options)
