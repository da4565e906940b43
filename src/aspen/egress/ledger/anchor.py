"""The anchor: a head of the ledger that is kept where its key is, out of the reach of whoever puts the folder back.

It is moved to the end of the chain at each opening, at each closing, and now and then between. It never stands ahead of
what is on the disk, so that a kill at any moment leaves one that is merely older.
"""

from __future__ import annotations

import json
from typing import cast

from aspen.core.egress import canonical_json
from aspen.core.errors import LedgerBroken, NoKey, NotWritable
from aspen.egress.ledger.head_file import Head, head_to_json
from aspen.vault.vault import Vault

_NAME = "ledger-anchor"


class Anchor:
    """`head` is what the vault is known to hold. Every call may wait for a keyring."""

    def __init__(self, vault: Vault) -> None:
        """Raises LedgerBroken for what cannot be read, and NoKey."""
        self._vault = vault
        self._is_out_of_reach = False
        self.head = _read(vault)

    def move(self, head: Head) -> None:
        """Keep another head in its place. Raises NoKey, NotWritable."""
        if head != self.head:
            self._vault.write(_NAME, canonical_json(head_to_json(head)))
            self.head = head

    def try_to_move(self, head: Head) -> None:
        """Move it where the vault can be reached, and give up for good where it cannot: a locked keyring asks a person.

        The older one stands then, until the next opening moves it or says why it cannot.
        """
        if self._is_out_of_reach:
            return
        try:
            self.move(head)
        except (NoKey, NotWritable):
            self._is_out_of_reach = True


def forget_anchor(vault: Vault) -> None:
    """Raises NoKey, NotWritable."""
    vault.delete(_NAME)


def _read(vault: Vault) -> Head:
    written = vault.read(_NAME)
    if written is None:
        return Head()
    try:
        told = cast("dict[str, object]", json.loads(written))
        return Head(sequence=int(str(told["sequence"])), sha256=str(told["sha256"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise LedgerBroken(
            "The ledger cannot be trusted, so nothing is sent: what the vault says about it cannot be read.",
            hint="Restore the vault from a backup, or begin anew: aspen ledger set-aside",
        ) from None
