"""`aspen export` and `aspen import`: conversations as files, out and in again."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import click

from aspen.channel.framing import Frame
from aspen.cli.chat.kept import kept_table
from aspen.cli.commanding import Reach, command, reach_for_long, reach_of
from aspen.cli.commands.labels import say_label
from aspen.cli.options import Invocation, takes
from aspen.cli.private_files import Draft, draft_for
from aspen.cli.progress import Progress
from aspen.cli.quantities import count_words
from aspen.cli.reading import Json, count, text, texts
from aspen.cli.terminal import put_json, put_line, say
from aspen.core.errors import Misused, NotFound, ServiceStopped

_FORM_OF_SUFFIX: Mapping[str, str] = {".json": "json", ".md": "markdown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions(Invocation):
    conversation: str | None
    every: bool
    output: str
    force: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions(Invocation):
    file: str


@click.command()
@click.argument("conversation", required=False)
@click.option("--all", "every", is_flag=True, help="All conversations, in one file.")
@click.option("-o", "--output", required=True, metavar="FILE", help="Where to: a name that ends in .json or .md.")
@click.option("--force", is_flag=True, help="Write over a file that is there already.")
@takes(ExportOptions)
def export(options: ExportOptions) -> None:
    """Write CONVERSATION to a file: its id or title, or a part of it, as `aspen chat --list` shows it.

    JSON has everything, with all branches, decisions, pictures and labels, and comes back with `aspen import`. Markdown
    is for reading, and has the branch that was last spoken in. The file gets the label of the words in it; it is
    readable by you alone, and not encrypted.
    """
    form, path = _form(options), Path(options.output).expanduser().absolute()
    with reach_for_long(alone=options.alone) as reach, draft_for(path, overwrites=options.force) as draft:
        arguments = {"words": options.conversation, "form": form, "path": str(path), "draft": str(draft.path)}
        try:
            told = _write(draft, arguments, reach)
            draft.put_in_place(overwrites=options.force)
        finally:
            draft.discard()
            # Said of the same file under another name, it would keep it here for good.
            with suppress(NotFound):
                command("forget_label", {"path": str(draft.path)}, reach=reach)
    if options.as_json:
        put_json(told)
        return
    held = f"{count_words(count(told, 'conversations'), 'conversation')}, {count_words(count(told, 'turns'), 'turn')}"
    say(f"{text(told, 'path')} holds {held}. It is not encrypted.")
    say_label(told)


@click.command(name="import")
@click.argument("file")
@takes(ImportOptions)
def bring_in(options: ImportOptions) -> None:
    """Make new conversations of what is in FILE. What is here already stays as it is.

    FILE is the JSON that `aspen export` wrote, or an export of ChatGPT, Claude, Open WebUI or LM Studio: of
    an archive, the conversations.json in it.

    Labels are as they were if this installation signed the file and nobody has changed it. Everything else stays on
    this computer, whatever the file says.
    """
    path = Path(options.file).expanduser().absolute()
    told = command("import_conversations", {"path": str(path)}, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
        return
    put_line(kept_table(told))
    if program := text(told, "program"):
        say(f"{program} exported this, which knows no labels, so everything in it stays on this computer.")
        _say_left_out(told)
    elif told.get("is_verified") is not True:
        say(
            f"The labels in {path.name} could not be verified, so everything in it stays on this computer: it was "
            "changed, or another installation exported it. What may leave has to be said anew in another conversation."
        )
    if reasons := texts(told, "place_reasons"):
        say(f"Nothing in it may go further than the file itself: {'; '.join(reasons)}.")


def _say_left_out(told: Frame) -> None:
    """Say what of another program's export was not taken along."""
    counts = told.get("left_out")
    if isinstance(counts, dict) and counts:
        listed = ", ".join(f"{number:,} {kind}" for kind, number in cast("dict[str, int]", counts).items())
        say(f"Left out: {listed}.")


def _form(options: ExportOptions) -> str:
    """Raises Misused for options that do not go together."""
    if options.every == (options.conversation is not None):
        raise Misused("Name one conversation, or --all.", hint="`aspen chat --list` lists them.")
    form = _FORM_OF_SUFFIX.get(Path(options.output).suffix.lower())
    if form is None:
        raise Misused(f"{options.output} has to end in .json or .md.", hint="JSON can be imported, Markdown be read.")
    if options.every and form != "json":
        raise Misused("Markdown holds one conversation.", hint="Name a file that ends in .json.")
    return form


def _write(draft: Draft, arguments: Json, reach: Reach) -> Frame:
    """Write the pieces as they come, and return the result. Raises what the service and the disk answer."""
    written = 0
    with Progress() as progress, reach() as session:
        for frame in session.stream("export_conversations", arguments):
            match frame:
                case {"event": "piece", "text": str() as piece}:
                    written += draft.write(piece)
                    progress.update("export", draft.target.name, written, 0)
                case {"result": dict()}:
                    return cast("Frame", frame["result"])
                case _:
                    pass  # an event of a newer service: not ours to understand
    raise ServiceStopped("Aspen's service ended the command without a result.", hint="Export it again.")
