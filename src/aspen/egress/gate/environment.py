"""The environment that the gate sees: where Aspen's folders lie, the language, and the way to the keyring.

Everything else goes, so that no proxy, certificate bundle or key of the user's shell changes what the gate does;
a proxy that is meant for it has a name of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

_KEPT = frozenset(
    {
        *("HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "ASPEN_HOME", "ASPEN_CLOUD_PROXY"),
        *("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
        *("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "XDG_CURRENT_DESKTOP"),
    }
)


def kept_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of `environment` the gate needs."""
    return {name: value for name, value in environment.items() if name in _KEPT}


def keep_only_what_is_needed(environment: MutableMapping[str, str]) -> None:
    """Replace the process's own environment. Must run before any library that reads it is imported."""
    kept = kept_variables(environment)
    environment.clear()
    environment.update(kept)
