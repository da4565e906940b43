"""Secrets in the system's own keyring: Secret Service or KWallet, Keychain, Credential Manager."""

from __future__ import annotations

import base64
import binascii
import hmac
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Protocol, TypeVar

from aspen.core.errors import NoKey
from aspen.vault.bounded import bounded
from aspen.vault.vault import check_name

_Result = TypeVar("_Result")

_ERRORS_OF_BUSES = (
    ("secretstorage.exceptions", "SecretStorageException"),
    ("jeepney.wrappers", "DBusErrorResponse"),
    ("dbus.exceptions", "DBusException"),
)
_SERVICE = "Aspen"
_CALL_SECONDS = 60.0
"""Long enough for a person to type the keyring's password into the window that it opens."""


class Keyring(Protocol):
    """What is used of `keyring.backend.KeyringBackend`, which is loaded only where there is one."""

    def get_password(self, service: str, username: str) -> str | None: ...
    def delete_password(self, service: str, username: str) -> None: ...

    @property
    def set_password(self) -> Callable[..., object]:
        """Called with service, username and password; the package wraps the method, and so hides its type."""
        ...


class KeyringVault:
    """`vault_id` keeps the secrets of two Aspen folders of one person apart."""

    place = "the system keyring"

    def __init__(self, keyring: Keyring, vault_id: str, timeout_seconds: float = _CALL_SECONDS) -> None:
        self._keyring = keyring
        self._vault_id = vault_id
        self._timeout_seconds = timeout_seconds

    def read(self, name: str) -> bytes | None:
        """Return a secret. Raises NoKey where the keyring is locked, fails, or holds what Aspen did not write."""
        account = self._account(name)
        written = self._ask(lambda: self._keyring.get_password(_SERVICE, account))
        if written is None:
            return None
        try:
            return base64.b64decode(written, validate=True)
        except (binascii.Error, ValueError):
            raise NoKey(
                f"The system keyring's entry {account!r} is not one that Aspen wrote.",
                hint=f"Delete the entry of service {_SERVICE} in your desktop's password application.",
            ) from None

    def write(self, name: str, secret: bytes) -> None:
        """Keep a secret and read it back: a keyring that loses what it takes must be noticed now, not later."""
        account, written = self._account(name), base64.b64encode(secret).decode("ascii")
        self._ask(lambda: self._keyring.set_password(_SERVICE, account, written))
        if not hmac.compare_digest(self.read(name) or b"", secret):
            raise NoKey("The system keyring took a key but did not keep it.", hint="Look at the keyring's own log.")

    def delete(self, name: str) -> None:
        if self.read(name) is not None:
            account = self._account(name)
            self._ask(lambda: self._keyring.delete_password(_SERVICE, account))

    def _account(self, name: str) -> str:
        return f"{check_name(name)}@{self._vault_id}"

    def _ask(self, call: Callable[[], _Result]) -> _Result:
        return bounded(lambda: _translated(call), self._timeout_seconds)


def _translated(call: Callable[[], _Result]) -> _Result:
    with _errors_of_keyrings():
        return call()


@contextmanager
def _errors_of_keyrings() -> Generator[None]:
    """Turn what backends raise into NoKey. Their text is dropped: nobody knows what it quotes."""
    from keyring.errors import KeyringLocked

    try:
        yield
    except KeyringLocked:
        raise NoKey(
            "The system keyring is locked.", hint="Unlock it in your desktop's password application, then try again."
        ) from None
    except _foreign_errors() as error:
        raise NoKey(
            "The system keyring could not do what was asked.",
            hint="Look at the keyring's own log.",
            facts={"error": type(error).__name__},
        ) from None


def _foreign_errors() -> tuple[type[Exception], ...]:
    """Return what backends raise. Errors of D-Bus pass `keyring` unwrapped; who raises one has loaded its package."""
    from keyring.errors import KeyringError

    of_buses = [getattr(sys.modules.get(module), name, None) for module, name in _ERRORS_OF_BUSES]
    known = [error for error in of_buses if isinstance(error, type) and issubclass(error, Exception)]
    return (KeyringError, OSError, RuntimeError, *known)
