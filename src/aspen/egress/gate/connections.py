"""Who is connected: the gate's own table of providers, which outranks what anybody else says of them.

Keys are in the vault; the file holds none. Certificates that a person wants trusted for one provider, and no others,
are kept as a copy in the gate's folder, so that no path told by somebody is ever opened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from aspen.core.errors import BadSetting, Misused, NotFound
from aspen.core.model_card import Zone
from aspen.core.provider import Provider
from aspen.egress.gate.kept_file import remove_kept, write_kept, write_kept_bytes
from aspen.providers.connections import Connection, connected_providers, connections_to_json, read_connections
from aspen.providers.own_server import RESERVED_NAMES
from aspen.providers.provider_json import provider_from_json

_NAME = "connections.json"
_LARGEST_CERTIFICATE_BYTES = 1 << 20
_BEGIN = "-----BEGIN CERTIFICATE-----"


class Connections:
    """The connected providers, by name. Every change is on the disk before it counts."""

    def __init__(self, folder: Path, shipped: Iterable[Provider]) -> None:
        """Raises BadSetting when the file is not what the gate wrote."""
        self._folder = folder
        self._file = folder / _NAME
        self._shipped = {provider.name: provider for provider in shipped}
        self._connections = {each.name: each for each in read_connections(self._file)}
        connected_providers(self._shipped.values(), self._connections.values())

    @property
    def connected(self) -> tuple[Provider, ...]:
        """Those that can be asked: with their key, if they want one."""
        connected = connected_providers(self._shipped.values(), self._connections.values())
        return tuple(self._trusting(provider) for provider in connected)

    @property
    def every(self) -> tuple[Connection, ...]:
        return tuple(self._connections.values())

    def provider(self, name: str) -> Provider:
        """Return the row of a connected provider.

        Raises NotFound.
        """
        for provider in self.connected:
            if provider.name == name:
                return provider
        raise NotFound(f"No provider {name!r} is connected.", hint=f"Connect it: `aspen cloud add {name or 'NAME'}`.")

    def zone_of(self, name: str) -> Zone | None:
        """How far away a connected provider is; None for one that is not connected."""
        return next((provider.zone for provider in self.connected if provider.name == name), None)

    def plan(self, name: str, told_row: object, certificate_pem: str | None) -> Provider:
        """Return the row that connecting would use, and store nothing.

        Raises NotFound for a name that is not shipped and has no row, Misused for a row that cannot be used.
        """
        if told_row is None:
            if (shipped := self._shipped.get(name)) is None:
                raise NotFound(
                    f"Aspen knows no provider {name!r}.",
                    hint=f"It knows {', '.join(self._shipped)}; a server of your own needs --url.",
                )
            return self._with_certificate(shipped, certificate_pem)
        return self._own(name, told_row, certificate_pem)

    def connect(self, provider: Provider, certificate_pem: str | None, *, has_key: bool) -> None:
        """Write it down. Raises NotWritable, and then nothing has changed."""
        is_shipped = provider.name in self._shipped
        if certificate_pem is None:
            remove_kept(self._certificate(provider.name))
        else:
            write_kept_bytes(self._certificate(provider.name), certificate_pem.encode())
        connection = Connection(
            name=provider.name,
            row=None if is_shipped else provider,
            has_key=has_key,
            connected_at=datetime.now(UTC),
        )
        self._write({**self._connections, provider.name: connection})

    def disconnect(self, name: str) -> None:
        """Take it off the list. Raises NotFound, or NotWritable, and then nothing has changed."""
        if name not in self._connections:
            raise NotFound(f"No provider {name!r} is connected.", hint="`aspen cloud list` names those that are.")
        self._write({other: connection for other, connection in self._connections.items() if other != name})
        remove_kept(self._certificate(name))

    def _own(self, name: str, told_row: object, certificate_pem: str | None) -> Provider:
        try:
            provider = provider_from_json(told_row, "The server")
        except BadSetting as error:
            raise Misused(error.sentence, hint=error.hint, facts=error.facts) from None
        if provider.name != name or name in RESERVED_NAMES | set(self._shipped):
            raise Misused(f"{name!r} already means something else.", hint="Choose another name for this server.")
        if provider.ca_file is not None:
            raise Misused("The gate opens no path that it is told.", hint="Send the certificate itself.")
        return self._with_certificate(provider, certificate_pem)

    def _with_certificate(self, provider: Provider, certificate_pem: str | None) -> Provider:
        if certificate_pem is None:
            return provider
        if _BEGIN not in certificate_pem or len(certificate_pem) > _LARGEST_CERTIFICATE_BYTES:
            raise Misused("That is no certificate in PEM form.", hint="Name the file of the server's CA.")
        return replace(provider, ca_file=str(self._certificate(provider.name)))

    def _trusting(self, provider: Provider) -> Provider:
        """A shipped row stays as it is in the file; the certificates beside it say what is trusted for it."""
        certificate = self._certificate(provider.name)
        is_bare = provider.ca_file is None and provider.name in self._shipped and bool(provider.base_url)
        return replace(provider, ca_file=str(certificate)) if is_bare and certificate.exists() else provider

    def _certificate(self, name: str) -> Path:
        return self._folder / f"{name}.ca.pem"

    def _write(self, connections: dict[str, Connection]) -> None:
        write_kept(self._file, connections_to_json(connections.values()))
        self._connections = connections
