"""`aspen models` and `aspen show`: what is on this computer."""

from __future__ import annotations

from dataclasses import dataclass

import click

from aspen.cli.commanding import command, reach_of
from aspen.cli.model_words import model_named
from aspen.cli.options import Invocation, takes
from aspen.cli.quantities import size_words
from aspen.cli.reading import Json, count, number, objects, text
from aspen.cli.tables import facts, table
from aspen.cli.terminal import clean_line, put_json, put_line, say

_NOT_SHOWN = {"schema", "modelfile", "chat_template", "paths"}
"""Long, or said elsewhere; `--json` has them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowOptions(Invocation):
    name: str
    modelfile: bool


@click.command()
@takes(Invocation)
def models(options: Invocation) -> None:
    """List the models and assistants on this computer, wherever they were found."""
    found = command("models", reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(found)
        return
    usable = [model for model in objects(found, "models") if not model.get("problem")]
    if usable:
        put_line(_model_table(usable))
    else:
        say("No model on this computer yet: `aspen setup` gets the starter, `aspen add FILE.gguf` takes your own.")
    if assistants := objects(found, "assistants"):
        put_line("\n" + _assistant_table(assistants))
    _say_problems(found)


@click.command()
@click.argument("name")
@click.option("--modelfile", is_flag=True, help="Print only the Modelfile that makes this assistant.")
@takes(ShowOptions)
def show(options: ShowOptions) -> None:
    """Show the model or assistant NAME in detail."""
    found = command("show", {"name": model_named(options.name)}, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(found)
    elif options.modelfile:
        put_line(text(found, "modelfile").rstrip("\n"))
    else:
        put_line(facts({name: value for name, value in found.items() if name not in _NOT_SHOWN}))


def _model_table(models: list[Json]) -> str:
    header = ("NAME", "SIZE", "QUANT", "CONTEXT", "MEMORY", "WORDS/S", "STORE")
    return table(header, [_model_row(model) for model in models])


def _model_row(model: Json) -> tuple[str, ...]:
    context, speed = count(model, "context_tokens"), number(model, "words_per_second")
    return (
        text(model, "name"),
        size_words(count(model, "size_bytes")),
        text(model, "quantization"),
        f"{context:,}" if context else "",
        text(model, "fit"),
        f"{speed:.0f}" if speed else "",
        text(model, "store"),
    )


def _assistant_table(assistants: list[Json]) -> str:
    rows = [(text(each, "name"), text(each, "model"), _shortened(text(each, "system"))) for each in assistants]
    return table(("ASSISTANT", "MODEL", "INSTRUCTIONS"), rows)


def _shortened(words: str) -> str:
    line = clean_line(words)
    return line if len(line) <= 50 else line[:49] + "…"


def _say_problems(found: Json) -> None:
    """Name what is there and cannot be used; it does not stand between usable models."""
    for model in objects(found, "models"):
        if problem := text(model, "problem"):
            say(f"Not usable: {clean_line(text(model, 'name'))}: {clean_line(problem)}")
    for problem in objects(found, "problems"):
        say(f"Not read: {clean_line(text(problem, 'path'))}: {clean_line(text(problem, 'sentence'))}")
