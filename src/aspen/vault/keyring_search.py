"""Is there a real keyring on this system? Answered by class, never by configuration.

The `keyring` package obeys PYTHON_KEYRING_BACKEND, keyringrc.cfg and every plug-in that is installed, and so may hand
out a backend that writes plain text or nothing at all. Here only the backends of the table count: those that come with
the package and speak to the system's own service (https://keyring.readthedocs.io/, "What is Python keyring lib?").
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from aspen.core.errors import NoKey
from aspen.vault.bounded import bounded
from aspen.vault.keyring_vault import Keyring

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_REAL_BACKENDS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "linux": (("keyring.backends.SecretService", "Keyring"), ("keyring.backends.kwallet", "DBusKeyring")),
    "darwin": (("keyring.backends.macOS", "Keyring"),),
    "win32": (("keyring.backends.Windows", "WinVaultKeyring"),),
}
_LEAST_PRIORITY = 1.0
"""What the package calls recommended; fallbacks are below it."""

_SEARCH_SECONDS = 5.0

FindKeyring = Callable[[Mapping[str, str]], Keyring | None]


def find_keyring(environment: Mapping[str, str], timeout_seconds: float = _SEARCH_SECONDS) -> Keyring | None:
    """Return the system's keyring, or None where there is none or it does not answer.

    Loads the `keyring` package (75 ms) only where a session bus could carry an answer. The backends look at the
    process's own environment for the bus; `environment` must be that one, or one without a bus.
    """
    if sys.platform == "linux" and not environment.get("DBUS_SESSION_BUS_ADDRESS"):
        return None
    try:
        return bounded(_best_backend, timeout_seconds)
    except NoKey:
        return None


def is_real(backend: type[KeyringBackend], platform: str = sys.platform) -> bool:
    """Whether a backend is the system's own service, and it answers."""
    named = (backend.__module__, backend.__qualname__) in _REAL_BACKENDS.get(platform, ())
    return named and bool(backend.viable) and float(backend.priority) >= _LEAST_PRIORITY


def _best_backend() -> Keyring | None:
    classes: list[type[KeyringBackend]] = [
        getattr(import_module(module), name) for module, name in _REAL_BACKENDS.get(sys.platform, ())
    ]
    real = [backend for backend in classes if is_real(backend)]
    return max(real, key=lambda backend: float(backend.priority))() if real else None
