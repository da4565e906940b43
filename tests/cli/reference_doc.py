"""Writes docs/reference/cli.md from the commands themselves: `python tests/cli/reference_doc.py`."""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from aspen.cli.chat.slash import SLASH_COMMANDS
from aspen.cli.exit_codes import ExitCode
from aspen.cli.main import COMMANDS, cli

PATH = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"

_EVERYWHERE = {"--help", "--json"}
_MEANINGS = {
    ExitCode.OK: "It worked. Also when the reader of a pipe leaves early (`| head`).",
    ExitCode.FAILED: "It failed.",
    ExitCode.USAGE: "The command line cannot be understood.",
    ExitCode.NOT_FOUND: "What was named is not there: a model, a file, a provider, a conversation…",
    ExitCode.STAYS_HERE: "Not sent: it stays here, nobody said yes, or airplane mode or a ceiling is in the way.",
    ExitCode.UNREACHABLE: "No network, or the other side does not answer.",
    ExitCode.PARTLY_FAILED: "Some of several things worked.",
    ExitCode.DOES_NOT_FIT: "It does not fit into the context, the memory or the disk.",
    ExitCode.INTERRUPTED: "Stopped by Ctrl-C.",
}

_INTRODUCTION = """# The command line

<!-- Written by `python tests/cli/reference_doc.py`; a test compares it with the commands. -->

Standard output holds only the answer; progress, notes and errors go to standard error. A command starts Aspen's
service when it needs it and there is none. `aspen` with nothing behind it opens the workspace on a terminal, as
`aspen open` does, and prints its help elsewhere.

Every command takes `--help`, and `--json`: one object on standard output, described in [json.md](json.md). An option
of `aspen` itself:

"""

_CONVERSATION = """
## In a conversation

`aspen chat`, and `aspen run MODEL` without a question, read from the terminal until Ctrl-D or `/bye`. Ctrl-C stops the
answer and not the program: what had been said stays in the conversation, marked as cut off, and the next question
follows it. Where nothing had been said yet, the next question follows what this one followed. At the prompt it clears
the line.

Everything is remembered as it is said; a service that is killed loses a quarter of a second of an answer at most. The
store is encrypted where the computer has a keyring; where it has none, that is said once at the beginning.
`aspen chat --continue` goes on with the last conversation, with its model and its instructions.

What was said before goes along with each question, and its labels with it: a conversation that was held here does not
go on elsewhere, nor do edits of its questions (`/undo`); `/clear` begins one that may. What you let go to a provider
may go there again with the next question, and to no other. `a` at the preview asks no more in this conversation.

`\"\"\"` begins and ends a question of several lines; lines that are pasted together are one question too. From a pipe
each line is a question. What is typed is remembered for the arrow keys in `chat_history.jsonl` in the state folder,
readable by you alone. A line that begins with a slash is one of these (a space before it makes it a question):
"""


def render() -> str:
    """Return the whole page."""
    root = click.Context(cli, info_name="aspen")
    parts = [_INTRODUCTION + _options(cli, root)]
    for name in COMMANDS:
        command = cli.get_command(root, name)
        assert command is not None
        context = click.Context(command, info_name=name, parent=root)
        parts.append(_section(name, command, context))
        parts += _of_group(command, context)
    uses = (use for each in SLASH_COMMANDS.values() for use in each.uses)
    parts.append(_CONVERSATION + "\n" + _table(("Typed", "What it does"), [(f"`{how}`", what) for how, what in uses]))
    codes = [(str(code.value), _MEANINGS[code]) for code in ExitCode]
    parts.append("\n## Exit codes\n\n" + _table(("Code", "Meaning"), codes))
    return "".join(parts)


def _of_group(command: click.Command, context: click.Context) -> list[str]:
    """A command with commands of its own: one smaller section for each."""
    if not isinstance(command, click.Group):
        return []
    sections: list[str] = []
    for name in command.list_commands(context):
        inner = command.get_command(context, name)
        assert inner is not None
        sections.append("#" + _words(inner, click.Context(inner, info_name=name, parent=context)).lstrip("\n"))
    return ["\n" + section for section in sections]


def _section(name: str, command: click.Command, context: click.Context) -> str:
    aliases = COMMANDS[name].aliases
    more = f"\n\nOther names: {', '.join(f'`aspen {alias}`' for alias in aliases)}." if aliases else ""
    return _words(command, context, more)


def _words(command: click.Command, context: click.Context, more: str = "") -> str:
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    words = inspect.cleandoc(command.help or "") + more
    path = context.command_path
    return f"\n## {path}\n\n    {usage}\n\n{words}\n\n{_options(command, context)}".rstrip("\n") + "\n"


def _options(command: click.Command, context: click.Context) -> str:
    """Tabulate the options of a command but those that every command has."""
    options = [each for each in command.get_params(context) if isinstance(each, click.Option)]
    own = [each for each in options if _EVERYWHERE.isdisjoint(each.opts)]
    records = [each.get_help_record(context) for each in own]
    rows = [(f"`{record[0]}`", record[1].replace("  [", " [")) for record in records if record]
    return _table(("Option", "What it does"), rows) if rows else ""


def _table(header: tuple[str, str], rows: list[tuple[str, str]]) -> str:
    lines = [header, ("---", "---"), *rows]
    return "".join(f"| {left.replace('|', chr(92) + '|')} | {right.strip()} |\n" for left, right in lines)


if __name__ == "__main__":
    PATH.parent.mkdir(parents=True, exist_ok=True)
    PATH.write_text(render(), "utf-8")
