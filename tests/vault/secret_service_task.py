"""Run inside of a session of its own with a real Secret Service: writes, reads and deletes a secret through Aspen.

The first argument is a folder, the second says what to do there.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from aspen.vault.opening import open_vault

SECRET = b"\x00canary-7f3a\xff"


def main() -> None:
    vault = open_vault(Path(sys.argv[1]), file_is_allowed=False, environment=os.environ)
    match sys.argv[2]:
        case "write":
            vault.write("ledger-key", SECRET)
        case "read":
            assert vault.read("ledger-key") == SECRET
            vault.delete("ledger-key")
            assert vault.read("ledger-key") is None
        case other:
            raise ValueError(other)
    sys.stdout.write(f"{vault.place}\n")


if __name__ == "__main__":
    main()
