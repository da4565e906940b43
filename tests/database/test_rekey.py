"""From plain to encrypted and back, in place, whatever happens meanwhile."""

from __future__ import annotations

import os
import random
import time
from contextlib import suppress
from pathlib import Path

import pytest

from aspen.core.errors import NotWritable, StoreDamaged
from aspen.database.connection import open_database
from aspen.database.database_file import Kind, kind_of
from aspen.database.migrations import migrate
from aspen.database.rekey import decrypt_in_place, encrypt_in_place, remove_draft
from fakes.killing import lines_until_killed, program

KEY = bytes(range(32))
KILLS = 8
WRITING_SECONDS = 1.0
PATIENCE_SECONDS = 30.0
LAYOUT = """
CREATE TABLE parents (id INTEGER PRIMARY KEY AUTOINCREMENT, word TEXT NOT NULL) STRICT;
CREATE TABLE children (id TEXT PRIMARY KEY, parent INTEGER NOT NULL REFERENCES parents) STRICT, WITHOUT ROWID;
CREATE INDEX by_parent ON children (parent);
CREATE TRIGGER gone AFTER DELETE ON children BEGIN DELETE FROM parents WHERE id = OLD.parent; END;
"""


def make(path: Path, rows: int = 200) -> Path:
    with open_database(path) as connection:
        migrate(connection, [LAYOUT])
        with connection.transaction():
            for number in range(1, rows + 1):
                connection.execute("INSERT INTO parents (word) VALUES (?)", (f"canary {number} " * 20,))
                connection.execute("INSERT INTO children VALUES (?, ?)", (f"child {number}", number))
    return path


def key_of(path: Path) -> bytes | None:
    return KEY if kind_of(path) is Kind.ENCRYPTED else None


def content_of(path: Path) -> list[object]:
    """Read everything, with whichever key the file has now."""
    with open_database(path, key=key_of(path)) as connection:
        assert connection.execute("PRAGMA integrity_check") == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check") == []
        tables = ("sqlite_schema", "sqlite_sequence", "parents", "children")
        columns = {"sqlite_schema": "type, name, sql"}
        rows = [sorted(connection.execute(f"SELECT {columns.get(each, '*')} FROM {each}")) for each in tables]
        return [connection.user_version, *rows]


def test_a_file_is_encrypted_in_its_place_and_nothing_is_lost(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    before = content_of(path)
    encrypt_in_place(path, KEY)
    assert kind_of(path) is Kind.ENCRYPTED
    assert b"canary" not in path.read_bytes()
    assert content_of(path) == before
    with pytest.raises(StoreDamaged):
        open_database(path)
    decrypt_in_place(path, KEY)
    assert kind_of(path) is Kind.PLAIN
    assert content_of(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.sqlite"]


def test_what_is_in_the_right_state_already_stays_untouched(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    decrypt_in_place(path, KEY)
    encrypt_in_place(path, KEY)
    inode = path.stat().st_ino
    encrypt_in_place(path, bytes(32))
    assert path.stat().st_ino == inode
    encrypt_in_place(tmp_path / "none.sqlite", KEY)
    assert not (tmp_path / "none.sqlite").exists()


def test_a_wrong_key_converts_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    encrypt_in_place(path, KEY)
    written = path.read_bytes()
    with pytest.raises(StoreDamaged):
        decrypt_in_place(path, bytes(32))
    assert path.read_bytes() == written
    assert [each.name for each in tmp_path.iterdir()] == ["a.sqlite"]


def test_a_file_that_somebody_reads_is_left_alone(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    with open_database(path) as reader:
        assert reader.first("SELECT 1 FROM parents") == (1,)
        with pytest.raises(NotWritable, match="in use"):
            encrypt_in_place(path, KEY)
    assert kind_of(path) is Kind.PLAIN
    assert not list(tmp_path.glob(".*"))


def test_what_was_only_in_the_log_is_converted_too(tmp_path: Path) -> None:
    """A killed writer leaves its last commits in the log beside the file."""
    path, copy = make(tmp_path / "a.sqlite"), tmp_path / "copy.sqlite"
    with open_database(path) as connection:
        connection.execute("INSERT INTO parents (word) VALUES ('last')")
        for ending in ("", "-wal"):
            copy.with_name(f"copy.sqlite{ending}").write_bytes(path.with_name(f"a.sqlite{ending}").read_bytes())
    encrypt_in_place(copy, KEY)
    with open_database(copy, key=KEY) as connection:
        assert connection.first("SELECT word FROM parents ORDER BY id DESC") == ("last",)


def test_a_kill_at_any_moment_leaves_a_whole_file(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", rows=2000)
    before = content_of(path)
    kinds: set[Kind] = set()
    for _ in range(KILLS):
        lines_until_killed("store_writer.py", "rekey", path, KEY.hex(), after_seconds=random.uniform(0.0, 0.3))
        kinds.add(kind_of(path))
        assert content_of(path) == before
        remove_draft(path)
        left = [each for each in tmp_path.iterdir() if each != path]
        # SQLite leaves and ignores a journal whose header it had not written yet when it was killed.
        assert [each.name for each in left if any(each.read_bytes()[:8])] == []
    assert Kind.EMPTY not in kinds


def test_nobody_writes_into_the_old_file_while_it_is_replaced(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite", rows=2000)
    written: list[int] = []

    def write_what_goes() -> None:
        began = time.monotonic()
        while (spent := time.monotonic() - began) < PATIENCE_SECONDS and (spent < WRITING_SECONDS or len(written) < 5):
            with suppress(NotWritable, StoreDamaged), open_database(path, key=key_of(path)) as connection:
                (row,) = connection.execute("INSERT INTO parents (word) VALUES ('new') RETURNING id")
                written.append(row[0])

    with program("store_writer.py", "rekey", path, KEY.hex()) as process:
        assert process.stdout is not None
        process.stdout.readline()
        write_what_goes()
        ended_early = process.poll()
        process.kill()
    assert ended_early is None
    with open_database(path, key=key_of(path)) as connection:
        kept = {row[0] for row in connection.execute("SELECT id FROM parents WHERE word = 'new'")}
    assert len(written) >= 5
    assert set(written) - kept == set()


def test_a_draft_of_a_killed_conversion_is_no_obstacle(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    before = content_of(path)
    (tmp_path / ".a.sqlite.draft").write_bytes(os.urandom(5000))
    (tmp_path / ".a.sqlite.draft-journal").write_bytes(os.urandom(5000))
    encrypt_in_place(path, KEY)
    assert content_of(path) == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.sqlite"]
