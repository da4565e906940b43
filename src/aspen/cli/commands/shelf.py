"""`aspen add`, `aspen rm`, `aspen cp`: what Aspen itself holds. Other apps' stores are never written."""

from __future__ import annotations

from dataclasses import dataclass

import click

from aspen.cli.commanding import command, reach_of
from aspen.cli.model_words import existing_file
from aspen.cli.options import Invocation, takes
from aspen.cli.reading import text, texts
from aspen.cli.terminal import put_json, say


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptions(Invocation):
    file: str
    name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOptions(Invocation):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyOptions(Invocation):
    source: str
    target: str


@click.command()
@click.argument("file")
@click.option("--name", metavar="NAME", help="Call it this; otherwise the file's own name.")
@takes(AddOptions)
def add(options: AddOptions) -> None:
    """Add the GGUF file FILE under a name of its own. The file stays where it is."""
    arguments = {"path": str(existing_file(options.file))} | ({"name": options.name} if options.name else {})
    added = command("add", arguments, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(added)
    else:
        say(f"Added {text(added, 'name')}: ask it with `aspen run {text(added, 'name')}`.")


@click.command()
@click.argument("name")
@takes(RemoveOptions)
def remove(options: RemoveOptions) -> None:
    """Remove the model or assistant NAME from Aspen."""
    removed = command("remove", {"name": options.name}, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(removed)
        return
    say(f"Removed the {text(removed, 'kind') or 'model'} {options.name}.")
    for path in texts(removed, "removed"):
        say(f"  {path}")


@click.command()
@click.argument("source")
@click.argument("target")
@takes(CopyOptions)
def copy(options: CopyOptions) -> None:
    """Copy the assistant SOURCE under the name TARGET."""
    copied = command("copy", {"source": options.source, "target": options.target}, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json({"schema": 1, **copied})
    else:
        say(f"Copied {options.source} to {options.target}.")
