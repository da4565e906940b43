"""The ledger's keys: one secret in the vault, and a key for each use derived from it.

Derivation is HMAC-SHA-256 of a fixed label (NIST SP 800-108 in its simplest form: one block, no context).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from aspen.core.errors import LedgerBroken
from aspen.vault.vault import Vault

KEY_NAME = "ledger-key"
_KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerKeys:
    """`entries` and `head` authenticate; `bodies` encrypts; `signing` is the private key of signatures."""

    entries: bytes = field(repr=False)
    head: bytes = field(repr=False)
    bodies: bytes = field(repr=False)
    signing: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: bytes) -> LedgerKeys:
        """Derive all keys from the ledger's secret."""
        return cls(
            entries=_derived(secret, b"entries"),
            head=_derived(secret, b"head"),
            bodies=_derived(secret, b"bodies"),
            signing=_derived(secret, b"signing"),
        )


def mac(key: bytes, content: bytes) -> str:
    return hmac.new(key, content, hashlib.sha256).hexdigest()


def is_mac(key: bytes, content: bytes, claimed: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(mac(key, content).encode("ascii"), claimed.encode())


def keys_from(vault: Vault, *, may_make: bool) -> LedgerKeys:
    """Return the ledger's keys, made now if there are none and `may_make`.

    Raises LedgerBroken where a ledger exists and its secret does not, and NoKey where the vault cannot be asked.
    """
    secret = vault.read(KEY_NAME)
    if secret is None and not may_make:
        raise LedgerBroken(
            f"There is a ledger, but its key is not in {vault.place} any more, so nobody can vouch for it.",
            hint="Restore the keyring, or set this ledger aside and begin a new one: aspen ledger set-aside",
        )
    if secret is None:
        secret = secrets.token_bytes(_KEY_BYTES)
        vault.write(KEY_NAME, secret)
    return LedgerKeys.of(secret)


def _derived(secret: bytes, use: bytes) -> bytes:
    return hmac.new(secret, b"aspen ledger " + use, hashlib.sha256).digest()
