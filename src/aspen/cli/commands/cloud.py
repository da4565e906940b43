"""`aspen cloud`: who may be asked elsewhere. Keys go from this terminal to the gate, past the core."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import click

from aspen.cli.commanding import Reach, reach_for_long, reach_of
from aspen.cli.commands.cloud_prices import prices
from aspen.cli.leaving.gate_session import gate_command
from aspen.cli.model_words import existing_file
from aspen.cli.options import Invocation, takes
from aspen.cli.prompts import stdin_is_terminal
from aspen.cli.reading import Json, mapping, objects, text
from aspen.cli.tables import table
from aspen.cli.terminal import put_json, put_line, say
from aspen.core.errors import Misused, NoKey, NotFound
from aspen.core.model_card import Skill
from aspen.core.provider import Provider
from aspen.providers.catalogue import shipped_providers
from aspen.providers.own_server import DEFAULT_CONTEXT_TOKENS, OwnServer, own_server
from aspen.providers.provider_json import provider_from_json, provider_to_json

_LONGEST_KEY_LETTERS = 10_000
_DEFAULT_DIALECT = "openai_chat_compatible"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOptions(Invocation):
    """`url` and what follows it describe a server that the catalogue does not know."""

    name: str
    url: str | None
    zone: str | None
    model: tuple[str, ...]
    dialect: str | None
    context: int | None
    tools: bool
    vision: bool
    schema: bool
    wants_key: bool
    ca_file: str | None
    key_in_file: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveOptions(Invocation):
    name: str


@click.group()
def cloud() -> None:
    """Connect, list and remove those who may be asked elsewhere, and see what they charge.

    Connecting somebody sends nothing. What may leave is decided by labels and rules, and shown before it does.
    """


@cloud.command(name="add", short_help="Connect somebody, or a server of your own.")
@click.argument("name")
@click.option("--url", metavar="URL", help="A server of your own, or any that speaks a known dialect.")
@click.option(
    "--zone", type=click.Choice(("internal", "cloud")), help="With --url: your own server, or somebody else's."
)
@click.option(
    "--model", "-m", multiple=True, metavar="MODEL", help="With --url: a model as the server calls it. Repeatable."
)
@click.option(
    "--dialect", metavar="DIALECT", help=f"With --url: how it speaks; {_DEFAULT_DIALECT} unless you say otherwise."
)
@click.option(
    "--context",
    type=click.IntRange(min=1),
    metavar="TOKENS",
    help=f"With --url: room for prompt and answer together; {DEFAULT_CONTEXT_TOKENS:,} unless you say otherwise.",
)
@click.option("--tools", is_flag=True, help="With --url: its models can call tools.")
@click.option("--vision", is_flag=True, help="With --url: its models can see pictures.")
@click.option("--schema", is_flag=True, help="With --url: its models can be held to a JSON schema.")
@click.option("--wants-key", is_flag=True, help="With --url: it wants a key.")
@click.option("--ca-file", metavar="FILE", help="With --url: trust these certificates (PEM), and no others.")
@click.option("--key-in-file", is_flag=True, help="Without a keyring: keep the key in a file that only you can read.")
@takes(AddOptions)
def add(options: AddOptions) -> None:
    """Connect NAME: anthropic, openai, google, mistral, practice, or a server of your own with --url.

    The key is read from the provider's usual environment variable, else from this terminal, else from standard input.
    `practice` needs none: it runs on this computer as if it were outside, and says what reached it.
    """
    with reach_for_long(alone=options.alone) as reach:
        provider = _wanted(options, reach)
        added = _connect(_arguments(provider), options, reach)
    if options.as_json:
        put_json(added)
        return
    kept = f" The key is kept in {text(added, 'place')}." if text(added, "place") else ""
    say(f"{provider.title} is connected.{kept}")
    if provider.models:
        say(f'Ask it by name: aspen ask --model {provider.models[0].name} "…". You see first what would leave.')


@cloud.command(name="list")
@takes(Invocation)
def listing(options: Invocation) -> None:
    """List who is connected, and who could be."""
    told = gate_command("providers", reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
        return
    connected = {text(each, "name"): each for each in objects(told, "providers")}
    rows = [_row(name, each) for name, each in connected.items()]
    rows += [
        (each.name, "not connected", _words(each.zone.value), f"aspen cloud add {each.name}")
        for each in shipped_providers()
        if each.name not in connected
    ]
    put_line(table(("NAME", "STATE", "WHERE", "MODELS"), rows))


@cloud.command(name="remove")
@click.argument("name")
@takes(RemoveOptions)
def remove(options: RemoveOptions) -> None:
    """Disconnect NAME and delete its key."""
    removed = gate_command("disconnect", {"name": options.name}, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(removed)
    else:
        say(f"{options.name} is disconnected. What it received before is in the ledger.")


cloud.add_command(prices)


def _wanted(options: AddOptions, reach: Reach) -> Provider:
    """The row that is meant: what the options describe, one of the catalogue, or one that was connected before."""
    if options.url is None:
        known = _shipped(options.name) or _connected_before(options.name, reach)
        if known is None:
            names = ", ".join(each.name for each in shipped_providers())
            raise NotFound(
                f"Aspen knows no provider {options.name!r}.",
                hint=f"It knows {names}; any other server needs --url and --zone.",
            )
        _refuse_what_needs_url(options)
        return known
    skills = {Skill.TOOLS: options.tools, Skill.VISION: options.vision, Skill.SCHEMA: options.schema}
    return own_server(
        OwnServer(
            name=options.name,
            url=options.url,
            zone=options.zone,
            models=options.model,
            dialect=options.dialect or _DEFAULT_DIALECT,
            context_tokens=options.context or DEFAULT_CONTEXT_TOKENS,
            skills=frozenset({Skill.CHAT, *(skill for skill, has in skills.items() if has)}),
            ca_file=None if options.ca_file is None else str(existing_file(options.ca_file)),
            wants_key=options.wants_key,
        )
    )


def _arguments(provider: Provider) -> dict[str, object]:
    """Build the arguments of the gate's verb `connect`, with the key."""
    arguments: dict[str, object] = {"name": provider.name, "key": _key_of(provider)}
    if provider not in shipped_providers():
        # The gate opens no path that it is told: the certificates themselves go there.
        arguments["row"] = provider_to_json(replace(provider, ca_file=None))
        if provider.ca_file is not None:
            arguments["certificate_pem"] = _text_of(Path(provider.ca_file))
    return arguments


def _refuse_what_needs_url(options: AddOptions) -> None:
    """What the catalogue says of a provider stands: an option that would not be obeyed is refused."""
    said = {
        "--zone": options.zone,
        "--model": options.model,
        "--dialect": options.dialect,
        "--context": options.context,
        "--tools": options.tools,
        "--vision": options.vision,
        "--schema": options.schema,
        "--wants-key": options.wants_key,
        "--ca-file": options.ca_file,
    }
    if given := [option for option, value in said.items() if value]:
        raise Misused(f"{given[0]} needs --url.", hint=f"Aspen knows {options.name} already: leave that out.")


def _shipped(name: str) -> Provider | None:
    return next((each for each in shipped_providers() if each.name == name), None)


def _connected_before(name: str, reach: Reach) -> Provider | None:
    """A server that is described already only gets another key."""
    connected = objects(gate_command("providers", reach=reach), "providers")
    row = next((mapping(each, "row") for each in connected if text(each, "name") == name), None)
    return provider_from_json(row, "The server") if row else None


def _key_of(provider: Provider) -> str | None:
    """Find the key: environment, terminal, standard input. It is never an argument, which others could read."""
    if provider.key_header is None:
        return None
    if provider.key_variable and (key := os.environ.get(provider.key_variable, "").strip()):
        say(f"Taking the key from {provider.key_variable}.")
        return key
    if stdin_is_terminal():
        return str(click.prompt(f"Key for {provider.title}", hide_input=True, err=True)).strip()
    key = sys.stdin.readline(_LONGEST_KEY_LETTERS).strip() if sys.stdin is not None else ""
    if not key:
        raise NoKey(
            f"{provider.title} wants a key.",
            hint=f"Set {provider.key_variable or 'it on standard input'}, or run this in a terminal.",
        )
    return key


def _connect(arguments: dict[str, object], options: AddOptions, reach: Reach) -> Json:
    """Without a keyring a person is asked whether a file will do, and nobody else is."""
    try:
        return gate_command("connect", {**arguments, "file_is_allowed": options.key_in_file}, reach=reach)
    except NoKey as error:
        if "folder" not in error.facts or not stdin_is_terminal():
            raise
        say(error.sentence)
        if not click.confirm("Keep it in a file that only you can read?", default=False, err=True):
            raise
    return gate_command("connect", {**arguments, "file_is_allowed": True}, reach=reach)


def _text_of(path: Path) -> str:
    try:
        return path.read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise Misused(f"{path} cannot be read as certificates.", hint=f"{error}.") from error


def _row(name: str, told: Json) -> tuple[str, ...]:
    row = mapping(told, "row")
    models = [text(model, "name") for model in objects(row, "models")]
    state = "connected" if told.get("is_usable") is True else "key is missing"
    return name, state, _words(text(row, "zone")), ", ".join(models)


def _words(zone: str) -> str:
    return {"cloud": "elsewhere", "own_servers": "my servers", "internal": "my servers"}.get(zone, zone)
