"""Where connected providers are right now: rows that Aspen runs itself get their address once they run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from aspen.core.provider import Provider
from aspen.egress.gate.connections import Connections
from aspen.egress.gate.kept_file import write_kept_bytes
from aspen.egress.gate.link import LauncherLink
from aspen.egress.sending.address import origin_of

_LOOPBACK_URL = "https://127.0.0.1:{port}"


class Destinations:
    """The list of hosts that may be asked, made of the connected providers alone."""

    def __init__(self, connections: Connections, link: LauncherLink, folder: Path) -> None:
        self._connections = connections
        self._link = link
        self._folder = folder
        self._run_by_aspen: dict[str, Provider] = {}

    async def resolve(self, provider: Provider) -> Provider:
        """Return the row with its address; the launcher starts what has none of its own.

        Raises GateUnreachable, NotWritable.
        """
        if provider.base_url:
            return provider
        port, certificate_pem = await self._link.start_practice()
        ca_file = self._folder / f"{provider.name}.ca.pem"
        write_kept_bytes(ca_file, certificate_pem.encode())
        running = replace(provider, base_url=_LOOPBACK_URL.format(port=port), ca_file=str(ca_file))
        self._run_by_aspen[provider.name] = running
        return running

    def origins(self) -> frozenset[str]:
        """Scheme, host and port of every provider that is connected at this moment."""
        rows = [self._run_by_aspen.get(row.name, row) for row in self._connections.connected]
        return frozenset(origin_of(row) for row in rows if row.base_url)
