"""Who is connected: the gate's `connections.json`, which the gate alone writes and all may read. Holds no keys."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aspen.core.errors import BadSetting
from aspen.core.provider import Provider
from aspen.providers.provider_json import PROVIDER_NAME, provider_from_json, provider_to_json
from aspen.providers.row import Row

SCHEMA = 1
LARGEST_FILE_BYTES = 4 << 20

_REPAIR = "Remove the file and connect the providers again with: aspen cloud add NAME"


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One provider that a person has connected. `row` is None for one of the shipped catalogue."""

    name: str
    row: Provider | None
    has_key: bool
    connected_at: datetime


def read_connections(path: Path) -> tuple[Connection, ...]:
    """Read the list; a file that is not there is an empty one.

    Raises BadSetting for a file that cannot be read, is not what the gate writes, or is of a newer Aspen.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise BadSetting(f"{path} cannot be read ({error.strerror}).") from error
    if len(content) > LARGEST_FILE_BYTES:
        raise BadSetting(f"{path} is larger than {LARGEST_FILE_BYTES} bytes.", hint=_REPAIR)
    try:
        told: object = json.loads(content)
    except (ValueError, RecursionError):
        raise BadSetting(f"{path} is not valid JSON.", hint=_REPAIR) from None
    return connections_from_json(told, str(path))


def connections_to_json(connections: Iterable[Connection]) -> dict[str, object]:
    """Flatten the list for the file."""
    return {
        "schema": SCHEMA,
        "providers": [
            {
                "name": connection.name,
                "row": None if connection.row is None else provider_to_json(connection.row),
                "has_key": connection.has_key,
                "connected_at": connection.connected_at.isoformat(),
            }
            for connection in connections
        ],
    }


def connections_from_json(told: object, where: str = "The list of connections") -> tuple[Connection, ...]:
    """Rebuild the list from what `connections_to_json` made of it. Raises BadSetting."""
    row = Row(told, where)
    if (schema := row.count("schema")) != SCHEMA:
        raise BadSetting(f"{where} is of another version of Aspen (schema {schema}, not {SCHEMA}).")
    connections = tuple(_connection(each) for each in row.rows("providers"))
    row.finish()
    names = [connection.name for connection in connections]
    if doubled := next((name for name in names if names.count(name) > 1), None):
        raise BadSetting(f"{where}: {doubled!r} is there twice.", hint=_REPAIR)
    return connections


def connected_providers(shipped: Iterable[Provider], connections: Iterable[Connection]) -> tuple[Provider, ...]:
    """Return the providers that can be asked: connected, and with their key if they want one, in the list's order.

    A shipped name that this version no longer knows is passed over. Raises BadSetting where a row of the list takes the
    name of a shipped provider: its key would go elsewhere.
    """
    by_name = {provider.name: provider for provider in shipped}
    providers: list[Provider] = []
    for connection in connections:
        if connection.row is not None and connection.name in by_name:
            raise BadSetting(
                f"{connection.name!r} is a provider of the catalogue and cannot be redefined.", hint=_REPAIR
            )
        provider = connection.row or by_name.get(connection.name)
        if provider is not None and (provider.key_header is None or connection.has_key):
            providers.append(provider)
    return tuple(providers)


def _connection(row: Row) -> Connection:
    name, told = row.text("name"), row.value("row")
    if not PROVIDER_NAME.fullmatch(name):
        raise row.wrong("name", "must be small letters, digits and hyphens")
    provider = None if told is None else provider_from_json(told, f"{row.where}: row")
    if provider is not None and provider.name != name:
        raise row.wrong("row", f"is of another provider, {provider.name!r}")
    connection = Connection(
        name=name, row=provider, has_key=row.flag("has_key", default=False), connected_at=_moment(row, "connected_at")
    )
    row.finish()
    return connection


def _moment(row: Row, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(row.text(name))
    except ValueError:
        raise row.wrong(name, "must be a moment in ISO form") from None
    if moment.tzinfo is None:
        raise row.wrong(name, "must have a time zone")
    return moment
