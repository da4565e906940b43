"""Which vault a folder's secrets lie in. Decided once and written down beside them.

The mark matters when a keyring goes away, for example in a session over ssh: without it Aspen would begin an empty
file, and what the keyring holds would look lost.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import cast

from aspen.core.errors import NoKey
from aspen.vault.file_vault import FileVault
from aspen.vault.keyring_search import FindKeyring, find_keyring
from aspen.vault.keyring_vault import Keyring, KeyringVault
from aspen.vault.private_file import read_private, replace_private
from aspen.vault.vault import Vault

_MARK = "vault.json"
_FILE = "secrets.json"
_TRIAL = "trial"
_ID_BYTES = 6


class Kind(StrEnum):
    KEYRING = "keyring"
    FILE = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    kind: Kind
    vault_id: str


def open_vault(
    folder: Path,
    *,
    file_is_allowed: bool,
    environment: Mapping[str, str] = os.environ,
    find: FindKeyring = find_keyring,
) -> Vault:
    """Open the vault of a folder: the one used before, else the system keyring, else a file if that is allowed.

    A file that is in use already stays in use: somebody agreed to it. Takes up to 5 s where a session bus does not
    answer, and as long as a person needs to unlock the keyring. Raises NoKey where there is neither keyring nor
    consent, or where the keyring used before is out of reach.
    """
    mark = _read_mark(folder)
    if mark is None:
        return _choose(folder, find(environment), file_is_allowed=file_is_allowed)
    if mark.kind is Kind.FILE:
        return FileVault(folder / _FILE)
    keyring = find(environment)
    if keyring is None:
        raise NoKey(
            "The keys are in the system keyring, which does not answer in this session.",
            hint="Run Aspen in your desktop session, or start a session bus with your keyring unlocked.",
        )
    return KeyringVault(keyring, mark.vault_id)


def _choose(folder: Path, keyring: Keyring | None, *, file_is_allowed: bool) -> Vault:
    """Decide for the first time. A keyring must prove that it keeps something.

    Some answer and cannot: without a screen GNOME Keyring asks for a password that nobody can type.
    """
    vault_id = secrets.token_hex(_ID_BYTES)
    if keyring is not None and _works(vault := KeyringVault(keyring, vault_id)):
        _write_mark(folder, _Mark(kind=Kind.KEYRING, vault_id=vault_id))
        return vault
    if not file_is_allowed:
        raise NoKey(
            "There is no system keyring that can keep a key here.",
            hint=f"Agree to a file that only you can read ({folder / _FILE}), or start GNOME Keyring or KWallet.",
            facts={"folder": str(folder)},
        )
    _write_mark(folder, _Mark(kind=Kind.FILE, vault_id=vault_id))
    return FileVault(folder / _FILE)


def _works(vault: KeyringVault) -> bool:
    try:
        vault.write(_TRIAL, secrets.token_bytes(_ID_BYTES))
        vault.delete(_TRIAL)
    except NoKey:
        return False
    return True


def kind_in_use(folder: Path) -> Kind | None:
    """Say where the secrets of a folder lie, or None where none was ever kept. Asks no keyring."""
    mark = _read_mark(folder)
    return None if mark is None else mark.kind


def _read_mark(folder: Path) -> _Mark | None:
    content = read_private(folder / _MARK)
    if content is None:
        return None
    try:
        written = cast("dict[str, object]", json.loads(content))
        return _Mark(kind=Kind(written["kind"]), vault_id=str(written["id"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NoKey(
            f"The file {folder / _MARK}, which says where the keys are, is damaged.",
            hint="Restore it from a backup; delete it only if you can add all keys again.",
        ) from None


def _write_mark(folder: Path, mark: _Mark) -> None:
    content = json.dumps({"kind": mark.kind.value, "id": mark.vault_id})
    replace_private(folder / _MARK, content.encode("ascii") + b"\n")
