"""(m) What remembering costs: to import the binding, open the store, keep one turn, and encrypt a file in its place.

    python -m benchmarks.store_cost [--rounds 50]

Encrypted and plain in turns, each in a file of its own beneath the temporary directory: what a flush costs is its
disk's word. Each turn has 1 kB of text.
"""

from __future__ import annotations

import argparse
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from aspen.core.conversation import Turn
from aspen.core.message import Message, Role
from aspen.database.connection import open_database
from aspen.database.rekey import encrypt_in_place
from aspen.store.store import Store, open_store
from aspen.store.turns import KeptTurn
from benchmarks.texts import prose

_TURN_BYTES = 1000
_FILE_BYTES, _ROW_BYTES = 25_000_000, 1_000_000
_IMPORT = "import time; began = time.perf_counter(); import {module}; print((time.perf_counter() - began) * 1000)"
_IMPORTS = 9


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50)
    rounds = parser.parse_known_args()[0].rounds
    ours, theirs = _import_ms("sqlcipher3.dbapi2"), _import_ms("sqlite3")
    print(f"(m) importing sqlcipher3 {ours:.0f} ms, sqlite3 {theirs:.0f} ms")
    with tempfile.TemporaryDirectory() as folder:
        _measure(Path(folder), rounds)
        print(f"(m) encrypting {_FILE_BYTES // 10**6} MB in its place: {_encrypting_seconds(Path(folder)):.2f} s")


def _import_ms(module: str) -> float:
    command = [sys.executable, "-c", _IMPORT.format(module=module)]
    runs = [subprocess.run(command, check=True, capture_output=True) for _ in range(_IMPORTS)]
    return statistics.median(float(run.stdout) for run in runs)


def _measure(folder: Path, rounds: int) -> None:
    encrypted, plain = folder / "encrypted", folder / "plain"
    key = secrets.token_bytes(32)
    with open_store(encrypted, key) as ours, open_store(plain, None) as theirs:
        for store in (ours, theirs):
            store.conversations.create("Benchmark", conversation_id="c")
        turns = [(_keep_ms(ours, number), _keep_ms(theirs, number)) for number in range(rounds)]
    opened = [(_open_ms(encrypted, key), _open_ms(plain, None)) for _ in range(rounds)]
    _report("opening an encrypted store / a plain one", opened)
    _report("keeping one turn, encrypted / plain", turns)


def _open_ms(path: Path, key: bytes | None) -> float:
    began = time.perf_counter()
    with open_store(path, key):
        return (time.perf_counter() - began) * 1000


def _keep_ms(store: Store, number: int) -> float:
    turn = _turn(number)
    began = time.perf_counter()
    store.turns.save("c", turn)
    return (time.perf_counter() - began) * 1000


def _turn(number: int) -> KeptTurn:
    message = Message.of_text(Role.USER, prose(_TURN_BYTES, start=number * _TURN_BYTES))
    parent = f"t{number - 1}" if number else None
    moment = datetime.now(UTC)
    turn = Turn(turn_id=f"t{number}", parent_id=parent, message=message, decision_id=None, created_at=moment)
    return KeptTurn(turn=turn)


def _report(what: str, pairs: Sequence[tuple[float, float]]) -> None:
    ours, theirs = (statistics.median(series) for series in zip(*pairs, strict=True))
    print(f"(m) {what}: {ours:.1f} / {theirs:.1f} ms")


def _encrypting_seconds(folder: Path) -> float:
    path = folder / "large"
    with open_database(path) as connection:
        connection.execute("CREATE TABLE kept (content BLOB)")
        for _ in range(_FILE_BYTES // _ROW_BYTES):
            connection.execute("INSERT INTO kept VALUES (?)", (secrets.token_bytes(_ROW_BYTES),))
    began = time.perf_counter()
    encrypt_in_place(path, secrets.token_bytes(32))
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
