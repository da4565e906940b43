"""`aspen keep`, `aspen allow`, `aspen label`, `aspen project`: what may happen to files, folders and what is typed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click

from aspen.cli.commanding import Reach, command, reach_for_long, reach_of
from aspen.cli.options import Invocation, takes
from aspen.cli.reading import Json, mapping, objects, text, texts
from aspen.cli.tables import table
from aspen.cli.terminal import put_json, put_line, say
from aspen.core.errors import Misused

_WORDS = ("stays-here", "my-servers", "may-leave")
_MEANING = {
    "stays-here": "stays on this computer",
    "my-servers": "may go to your own servers",
    "may-leave": "may leave",
    "ask": "stays here until you say otherwise",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepOptions(Invocation):
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowOptions(Invocation):
    path: tuple[str, ...]
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOptions(Invocation):
    path: str | None
    label: str | None
    remove: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectOptions(Invocation):
    answer: str | None


@click.command()
@click.argument("path", nargs=-1, required=True)
@takes(KeepOptions)
def keep(options: KeepOptions) -> None:
    """Keep files and folders here: nothing in PATH ever leaves this computer.

    Also what is laxer inside of it, and what is reached through a link.
    """
    _declare_all(options, options.path, "stays-here", ())


@click.command()
@click.argument("path", nargs=-1, required=True)
@click.option("--to", multiple=True, required=True, metavar="PROVIDER", help="To whom it may leave. Repeatable.")
@takes(AllowOptions)
def allow(options: AllowOptions) -> None:
    """Let what lies in PATH leave, to the named providers and nobody else.

    It still leaves only when you ask a model there. `aspen keep` and `aspen label --remove` take it back.
    """
    _declare_all(options, options.path, "may-leave", options.to)


@click.command()
@click.argument("path", required=False)
@click.argument("label", required=False, type=click.Choice(_WORDS))
@click.option("--remove", is_flag=True, help="Take back what was said of PATH.")
@takes(LabelOptions)
def label(options: LabelOptions) -> None:
    """Say what may happen to PATH, show what holds for it, or list everything that was said.

    LABEL is stays-here, my-servers or may-leave. The nearest word on the way to a file counts, but none is laxer than
    an enclosing stays-here.
    """
    reach = reach_of(alone=options.alone)
    if options.path is None:
        if options.remove:
            raise Misused("--remove needs a PATH.", hint="`aspen label` lists what was said.")
        _list(options, reach)
        return
    if options.label and options.remove:
        raise Misused("--remove takes no label.")
    arguments: dict[str, object] = {"path": _absolute(options.path)}
    if options.label:
        arguments["label"] = options.label
    verb = "forget_label" if options.remove else "declare_label" if options.label else "label_of"
    told = command(verb, arguments, reach=reach)
    if options.as_json:
        put_json(told)
    else:
        say_label(told)


@click.command()
@click.argument("answer", required=False, type=click.Choice(("ask", *_WORDS)))
@takes(ProjectOptions)
def project(options: ProjectOptions) -> None:
    """Say what may happen to everything in the project you are in, or show it.

    ANSWER is ask (before anything leaves), stays-here (nothing ever leaves), my-servers or may-leave. A project is the
    working copy around this folder, else the folder.
    """
    reach, arguments = reach_of(alone=options.alone), {"folder": str(Path.cwd())}
    if options.answer is None:
        told = command("project", arguments, reach=reach)
    else:
        told = command("set_project", {**arguments, "answer": options.answer}, reach=reach)
    if options.as_json:
        put_json(told)
        return
    asked = "" if told.get("is_asked") is True else " (nobody has said anything yet)"
    say(f"{text(told, 'name')} ({text(told, 'folder')}) {_PROJECT_MEANING[text(told, 'answer')]}{asked}.")


_PROJECT_MEANING = {**_MEANING, "ask": "asks before anything leaves"}


def _declare_all(options: Invocation, paths: tuple[str, ...], word: str, providers: tuple[str, ...]) -> None:
    arguments: dict[str, object] = {"label": word, "providers": list(providers)}
    with reach_for_long(alone=options.alone) as reach:
        told = [command("declare_label", {**arguments, "path": _absolute(path)}, reach=reach) for path in paths]
    if options.as_json:
        put_json({"schema": 1, "labels": told})
        return
    for each in told:
        say_label(each)


def say_label(told: Json) -> None:
    """Say what may happen to a path."""
    providers = texts(mapping(told, "label"), "providers")
    to = f" to {' and '.join(providers)}, and to nobody else" if providers else ""
    say(f"{text(told, 'path')} {_MEANING[text(told, 'word')]}{to}.")


def _list(options: LabelOptions, reach: Reach) -> None:
    told = command("list_labels", reach=reach)
    if options.as_json:
        put_json(told)
        return
    rows = [
        (text(each, "path"), text(each, "word"), ", ".join(texts(mapping(each, "label"), "providers")))
        for each in objects(told, "labels")
    ]
    rows += [(text(each, "folder"), text(each, "answer"), "project") for each in objects(told, "projects")]
    put_line(table(("PATH", "LABEL", "TO"), rows) if rows else "Nothing was said of any file or folder yet.")


def _absolute(words: str) -> str:
    """As it was named, through links as it may be."""
    return str(Path(words).expanduser().absolute())
