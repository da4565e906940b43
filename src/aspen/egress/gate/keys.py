"""Providers' keys: kept in the vault, held in memory once asked for, added to a request here and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from aspen.core.errors import NoKey
from aspen.core.provider import Provider
from aspen.vault.opening import open_vault

_FOLDER = "vault"


class Keys:
    """A keyring may ask its person for a password, so every look-up waits off the event loop."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._folder = folder / _FOLDER
        self._environment = environment
        self._known: dict[str, str] = {}

    def __repr__(self) -> str:
        return "Keys(…)"

    async def of(self, provider: Provider) -> str | None:
        """Return the key of a provider; None where it wants none.

        Raises NoKey where it wants one that is not there or cannot be reached.
        """
        if provider.key_header is None:
            return None
        if (known := self._known.get(provider.name)) is not None:
            return known
        kept = await asyncio.to_thread(self._read, provider.name)
        if kept is None:
            raise NoKey(
                f"The key for {provider.title} is not where it was kept.",
                hint=f"Add it again: `aspen cloud add {provider.name}`.",
                facts={"provider": provider.name},
            )
        self._known[provider.name] = kept
        return kept

    async def keep(self, name: str, key: str, *, file_is_allowed: bool) -> str:
        """Keep a key and return where, in words that follow "kept in".

        Raises NoKey where there is no keyring and no consent to a file, NotWritable where the file cannot be written.
        """
        place = await asyncio.to_thread(self._write, name, key, file_is_allowed)
        self._known[name] = key
        return place

    async def forget(self, name: str) -> None:
        """Raises NoKey where the vault cannot be reached."""
        self._known.pop(name, None)
        await asyncio.to_thread(self._delete, name)

    def _read(self, name: str) -> str | None:
        vault = open_vault(self._folder, file_is_allowed=False, environment=self._environment)
        kept = vault.read(_secret_name(name))
        return None if kept is None else kept.decode("ascii", "replace")

    def _write(self, name: str, key: str, file_is_allowed: bool) -> str:
        vault = open_vault(self._folder, file_is_allowed=file_is_allowed, environment=self._environment)
        vault.write(_secret_name(name), key.encode("ascii"))
        return vault.place

    def _delete(self, name: str) -> None:
        open_vault(self._folder, file_is_allowed=False, environment=self._environment).delete(_secret_name(name))


def _secret_name(provider: str) -> str:
    return f"provider.{provider}"
