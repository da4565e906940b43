"""The command `aspen`: the table of its commands, and the one place where an error becomes words and an exit code.

Small on purpose: every command starts here, so nothing heavy is imported before it is known to be needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

import aspen
from aspen.cli.exit_codes import ExitCode, exit_code_of
from aspen.cli.lazy_group import LazyCommand, LazyGroup
from aspen.cli.terminal import abandon_output, accept_any_text, put_json, say
from aspen.core.errors import AspenError, Interrupted, Misused, error_to_json

_COMPLETE_VARIABLE = "_ASPEN_COMPLETE"
_WITHOUT_COMMAND = "open"

COMMANDS = {
    "ask": LazyCommand(target="aspen.cli.commands.ask:ask", summary="Ask one question and print the answer."),
    "chat": LazyCommand(target="aspen.cli.commands.chat:chat", summary="Talk with a model, turn by turn."),
    "export": LazyCommand(
        target="aspen.cli.commands.exports:export", summary="Write conversations to a file, with their labels."
    ),
    "import": LazyCommand(
        target="aspen.cli.commands.exports:bring_in", summary="Make conversations of what was exported."
    ),
    "open": LazyCommand(target="aspen.cli.commands.open:open_", summary="Open the workspace in a window of its own."),
    "run": LazyCommand(target="aspen.cli.commands.run:run", summary="Talk with one model, or ask it one question."),
    "models": LazyCommand(
        target="aspen.cli.commands.models:models",
        summary="List the models on this computer. Also `list` and `ls`.",
        aliases=("list", "ls"),
    ),
    "show": LazyCommand(target="aspen.cli.commands.models:show", summary="Show a model or an assistant in detail."),
    "add": LazyCommand(target="aspen.cli.commands.shelf:add", summary="Add a GGUF file of your own, without copying."),
    "pull": LazyCommand(target="aspen.cli.commands.pull:pull", summary="Download a model."),
    "rm": LazyCommand(target="aspen.cli.commands.shelf:remove", summary="Remove a model or an assistant from Aspen."),
    "cp": LazyCommand(target="aspen.cli.commands.shelf:copy", summary="Copy an assistant under a new name."),
    "create": LazyCommand(
        target="aspen.cli.commands.create:create", summary="Make an assistant: a model, instructions and parameters."
    ),
    "cloud": LazyCommand(
        target="aspen.cli.commands.cloud:cloud", summary="Connect, list and remove those who may be asked elsewhere."
    ),
    "keep": LazyCommand(
        target="aspen.cli.commands.labels:keep", summary="Keep files and folders here: nothing in them ever leaves."
    ),
    "allow": LazyCommand(
        target="aspen.cli.commands.labels:allow", summary="Let files and folders leave, to the named providers."
    ),
    "label": LazyCommand(
        target="aspen.cli.commands.labels:label", summary="Say, show or list what may happen to files and folders."
    ),
    "project": LazyCommand(
        target="aspen.cli.commands.labels:project", summary="Say what may happen to everything in this project."
    ),
    "preview": LazyCommand(
        target="aspen.cli.commands.preview:preview", summary="Show exactly what asking would send. Sends nothing."
    ),
    "rules": LazyCommand(
        target="aspen.cli.commands.rules:rules", summary="Check your rules, and try them on what has happened."
    ),
    "ledger": LazyCommand(
        target="aspen.cli.commands.ledger:ledger", summary="Everything that left, was kept here, or was fetched."
    ),
    "airplane": LazyCommand(
        target="aspen.cli.commands.airplane:airplane",
        summary="Turn airplane mode on or off: while on, nothing is sent.",
    ),
    "prove": LazyCommand(
        target="aspen.cli.commands.prove:prove",
        summary="Try every way out now, and show what the kernel answers.",
    ),
    "ps": LazyCommand(target="aspen.cli.commands.processes:ps", summary="Show what runs now, and how it is sealed."),
    "stop": LazyCommand(target="aspen.cli.commands.processes:stop", summary="Unload a model, or stop Aspen's service."),
    "setup": LazyCommand(target="aspen.cli.commands.setup:setup", summary="Get ready for working without a network."),
    "doctor": LazyCommand(
        target="aspen.cli.commands.doctor:doctor", summary="Check this computer, the engine and the seal."
    ),
    "install-desktop": LazyCommand(
        target="aspen.cli.commands.install_desktop:install_desktop", summary="Put Aspen into the desktop's menu."
    ),
    "completion": LazyCommand(
        target="aspen.cli.commands.completion:completion", summary="Print completions for bash, zsh or fish."
    ),
}


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--alone", is_flag=True, help="Run this one command without leaving a service behind.")
@click.version_option(aspen.__version__, prog_name="aspen", message="%(prog)s %(version)s")
@click.pass_context
def cli(context: click.Context, alone: bool) -> None:
    """Ask language models, on this computer first. What you write stays here until you let it leave.

    With no command, on a terminal, the workspace opens in its window.
    """
    del alone  # each command reads it from this context's parameters
    if context.invoked_subcommand is not None:
        return
    if not sys.stdout.isatty():
        click.echo(context.get_help())
        return
    command = cli.get_command(context, _WITHOUT_COMMAND)
    assert command is not None
    with command.make_context(_WITHOUT_COMMAND, [], parent=context) as opening:
        command.invoke(opening)


cli.table = COMMANDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code."""
    accept_any_text()
    told = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if instruction := os.environ.get(_COMPLETE_VARIABLE):
            return _complete(instruction)
        code = _run(told)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader took what it wanted (`| head`): nothing failed, and nobody is left to be told.
        abandon_output()
        return ExitCode.OK
    return code


def _run(arguments: list[str]) -> int:
    try:
        return _invoke(arguments)
    except AspenError as error:
        return _report(error, as_json="--json" in _before_separator(arguments))


def _invoke(arguments: list[str]) -> int:
    """Run the command, with click's own outcomes translated.

    Raises AspenError for everything that did not work.
    """
    try:
        with cli.make_context("aspen", arguments) as context:
            cli.invoke(context)
    except click.exceptions.Exit as outcome:
        return outcome.exit_code
    except click.ClickException as error:
        path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "aspen"
        raise Misused(error.format_message(), hint=f"See `{path} --help`.") from None
    except (KeyboardInterrupt, click.Abort):
        raise Interrupted("Stopped.") from None
    return ExitCode.OK


def _report(error: AspenError, *, as_json: bool) -> int:
    if as_json:
        put_json({"schema": 1, "error": error_to_json(error)})
    elif isinstance(error, Interrupted):
        say("")
    else:
        say(f"Error: {error.sentence}")
        if error.hint:
            say(error.hint)
    return exit_code_of(type(error))


def _before_separator(arguments: list[str]) -> list[str]:
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _complete(instruction: str) -> int:
    from click.shell_completion import shell_complete

    return shell_complete(cli, {}, "aspen", _COMPLETE_VARIABLE, instruction)
