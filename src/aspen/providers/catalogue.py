"""The shipped list of providers (`catalogue.toml`), read once and checked."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources

from aspen.core.errors import BadSetting
from aspen.core.provider import Provider
from aspen.providers.provider_json import provider_from_json
from aspen.providers.row import Row

_FILE = "catalogue.toml"


@functools.cache
def shipped_providers() -> tuple[Provider, ...]:
    """Return the providers that Aspen knows, in the file's order. None of them is connected by being here."""
    return read_catalogue(_text())[1]


@functools.cache
def checked_on() -> str:
    """Return the date (ISO) on which the catalogue was last looked over."""
    return read_catalogue(_text())[0]


def read_catalogue(text: str) -> tuple[str, tuple[Provider, ...]]:
    """Read a catalogue: its date and its providers.

    Raises BadSetting that names what is wrong: no TOML, an unknown key, or a name that two share.
    """
    try:
        row = Row(tomllib.loads(text), f"The provider catalogue ({_FILE})")
    except tomllib.TOMLDecodeError as error:
        raise BadSetting(f"The provider catalogue ({_FILE}) is not TOML: {error}.") from error
    checked = row.text("checked_on")
    providers = tuple(provider_from_json(told, f"{row.where}: provider") for told in row.values("provider"))
    row.finish()
    names = [provider.name for provider in providers]
    models = [name for provider in providers for card in provider.models for name in (card.name, *card.aliases)]
    if doubled := next((name for group in (names, models) for name in group if group.count(name) > 1), None):
        raise BadSetting(f"{row.where}: {doubled!r} names two things.")
    return checked, providers


def _text() -> str:
    return resources.files("aspen.providers").joinpath(_FILE).read_text("utf-8")
