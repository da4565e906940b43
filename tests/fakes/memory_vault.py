"""A vault in memory."""

from __future__ import annotations


class MemoryVault:
    """Implements `vault.Vault`."""

    place = "the memory of a test"

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def read(self, name: str) -> bytes | None:
        return self.kept.get(name)

    def write(self, name: str, secret: bytes) -> None:
        self.kept[name] = secret

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)
