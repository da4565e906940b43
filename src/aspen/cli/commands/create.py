"""`aspen create`: an assistant from options or from a Modelfile."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from aspen.cli.commanding import command, reach_of
from aspen.cli.model_words import existing_file, model_named
from aspen.cli.options import Invocation, takes
from aspen.cli.terminal import put_json, say
from aspen.core.errors import Misused, NotFound

_LIST_PARAMETERS = frozenset({"stop"})


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateOptions(Invocation):
    name: str
    model: str | None
    system: str | None
    parameter: tuple[str, ...]
    modelfile: str | None


@click.command()
@click.argument("name")
@click.option("--from", "model", metavar="MODEL", help="The model that answers.")
@click.option("-s", "--system", metavar="TEXT", help="Instructions that stand before every conversation.")
@click.option("--parameter", multiple=True, metavar="NAME=VALUE", help="Such as temperature=0.2. Repeatable.")
@click.option("-f", "--file", "modelfile", metavar="FILE", help="A Modelfile with FROM, SYSTEM, PARAMETER…")
@takes(CreateOptions)
def create(options: CreateOptions) -> None:
    """Make the assistant NAME: a model with instructions and parameters.

    Its weights are pinned by their hash, so that it cannot change overnight.
    """
    made = command("create", create_arguments(options), reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(made)
    else:
        say(f"Made {options.name}: talk with it by `aspen run {options.name}`.")


def create_arguments(options: CreateOptions) -> dict[str, object]:
    """Build the arguments of the verb `create`.

    Raises Misused for options that do not go together, NotFound for a file that is not there.
    """
    if options.modelfile is None:
        if options.model is None:
            raise Misused("An assistant needs a model.", hint="Add `--from MODEL`, or `-f Modelfile`.")
        arguments: dict[str, object] = {"name": options.name, "from": model_named(options.model)}
        arguments |= {"system": options.system} if options.system else {}
        parameters = parse_parameters(options.parameter)
        return {**arguments, **({"parameters": parameters} if parameters else {}), "folder": str(Path.cwd())}
    if options.model or options.system or options.parameter:
        raise Misused("A Modelfile says everything by itself.", hint="Use either `-f`, or the other options.")
    path = existing_file(options.modelfile)
    return {"name": options.name, "modelfile": _text_of(path), "folder": str(path.parent)}


def parse_parameters(written: Sequence[str]) -> dict[str, object]:
    """Read NAME=VALUE pairs: numbers become numbers, and what may be repeated becomes a list.

    Raises Misused for one without an equals sign.
    """
    parameters: dict[str, object] = {}
    lists: dict[str, list[str]] = {}
    for pair in written:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise Misused(f"{pair!r} is not a parameter.", hint="Write it as NAME=VALUE, such as temperature=0.2.")
        if name in _LIST_PARAMETERS:
            lists.setdefault(name, []).append(value)
        else:
            parameters[name] = _value_of(value)
    return {**parameters, **lists}


def _value_of(written: str) -> object:
    try:
        value: object = json.loads(written)
    except ValueError:
        return written
    return value if isinstance(value, int | float) else written


def _text_of(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Misused(
            f"{path} is not a Modelfile: it is not UTF-8 text.", hint="Is it the GGUF file itself?"
        ) from error
    except OSError as error:
        raise NotFound(f"{path} cannot be read: {error.strerror}.", hint="Check its permissions.") from error
