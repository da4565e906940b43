"""`python -m aspen.vault.process`: fetches the store's key for the core, which is sealed and cannot ask a keyring.

Told one task as a line of JSON, says one event as a line of JSON:

    {"want": "store-key", "folder": "/…"}
    {"event": "done", "key_hex": "…", "place": "the system keyring", "why": ""}
    {"event": "done", "key_hex": null, "place": "", "why": "…"}          no keyring: the store is not encrypted
    {"event": "error", …}                                                the key exists and cannot be reached

A key is made where a keyring answers and holds none yet. No file is offered: a key beside what it locks locks nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from aspen.core.errors import AspenError, Misused, NoKey, error_to_json
from aspen.vault.keyring_search import FindKeyring, find_keyring
from aspen.vault.opening import Kind, kind_in_use, open_vault

STORE_KEY = "store-key"
_KEY_BYTES = 32
_LONGEST_TASK_BYTES = 1 << 16


def main() -> int:
    """Do one task."""
    try:
        said = answer(_read_task(), os.environ)
    except AspenError as error:
        said = {"event": "error", **error_to_json(error)}
    return 0 if _say(said) and said["event"] == "done" else 1


def answer(
    task: Mapping[str, object], environment: Mapping[str, str], find: FindKeyring = find_keyring
) -> dict[str, object]:
    """Return the event that answers a task. Raises Misused for a task that is not known, and NoKey."""
    folder = task.get("folder")
    if task.get("want") != STORE_KEY or not isinstance(folder, str) or not Path(folder).is_absolute():
        raise Misused("The vault's task must want the store-key of an absolute folder.")
    return _store_key(Path(folder), environment, find)


def _store_key(folder: Path, environment: Mapping[str, str], find: FindKeyring) -> dict[str, object]:
    kind = kind_in_use(folder)
    if kind is Kind.FILE:
        return _no_key("The keys of this folder lie in a file.")
    try:
        vault = open_vault(folder, file_is_allowed=False, environment=environment, find=find)
    except NoKey as error:
        if kind is Kind.KEYRING:
            raise
        return _no_key(error.sentence)
    key = vault.read(STORE_KEY)
    if key is None:
        key = secrets.token_bytes(_KEY_BYTES)
        vault.write(STORE_KEY, key)
    return {"event": "done", "key_hex": key.hex(), "place": vault.place, "why": ""}


def _no_key(reason: str) -> dict[str, object]:
    why = f"{reason} So what Aspen remembers is not encrypted on the disk."
    return {"event": "done", "key_hex": None, "place": "", "why": why}


def _read_task() -> Mapping[str, object]:
    line = sys.stdin.buffer.readline(_LONGEST_TASK_BYTES)
    try:
        told: object = json.loads(line)
    except (ValueError, RecursionError):
        raise Misused("The vault's task is not JSON.") from None
    if not isinstance(told, dict):
        raise Misused("The vault's task is not a JSON object.")
    return cast("Mapping[str, object]", told)


def _say(event: Mapping[str, object]) -> bool:
    """Write one line; False where the core that asked has ended. Unbuffered: nothing is left to fail at exit."""
    try:
        os.write(sys.stdout.fileno(), json.dumps(event).encode() + b"\n")
    except BrokenPipeError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
