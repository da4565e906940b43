"""Layouts: step by step, each whole, and never backwards."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest

from aspen.core.errors import StoreTooNew
from aspen.database.connection import open_database
from aspen.database.errors import StatementRefused
from aspen.database.migrations import migrate, statements_of
from fakes.killing import lines_until_killed
from fakes.store_writer import STEPS

KILLS = 5
FIRST = "CREATE TABLE words (word TEXT); INSERT INTO words VALUES ('a;b');"
SECOND = "ALTER TABLE words ADD COLUMN length INTEGER; UPDATE words SET length = length(word);"
BROKEN = "INSERT INTO words (word) VALUES ('half'); INSERT INTO nowhere VALUES (1);"


def test_each_step_is_taken_once(tmp_path: Path) -> None:
    for steps in ([FIRST], [FIRST], [FIRST, SECOND], [FIRST, SECOND]):
        with open_database(tmp_path / "a.sqlite") as connection:
            migrate(connection, steps)
            assert connection.user_version == len(steps)
    with open_database(tmp_path / "a.sqlite") as connection:
        assert connection.execute("SELECT * FROM words") == [("a;b", 3)]


def test_two_that_open_a_file_at_once_take_each_step_once(tmp_path: Path) -> None:
    def open_too() -> None:
        with open_database(tmp_path / "a.sqlite") as second:
            migrate(second, [FIRST])

    with open_database(tmp_path / "a.sqlite") as first:
        other = threading.Thread(target=open_too)
        with first.transaction():
            for statement in (*statements_of(FIRST), "PRAGMA user_version = 1"):
                first.execute(statement)
            other.start()
            other.join(0.3)
            assert other.is_alive()  # it has seen the old layout, and waits
        other.join()
        assert first.execute("SELECT * FROM words") == [("a;b",)]


def test_a_kill_between_any_two_steps_leaves_whole_steps(tmp_path: Path) -> None:
    for number in range(KILLS):
        path = tmp_path / f"{number}.sqlite"
        lines_until_killed("store_writer.py", "migrate", path, after_seconds=random.uniform(0.0, 0.15))
        with open_database(path) as connection:
            migrate(connection, STEPS)
            rows = [connection.execute(f"SELECT word FROM t{number}") for number in range(len(STEPS))]
        assert rows == [[("w",)]] * len(STEPS)


def test_a_step_that_fails_leaves_the_layout_before_it(tmp_path: Path) -> None:
    with open_database(tmp_path / "a.sqlite") as connection:
        with pytest.raises(StatementRefused):
            migrate(connection, [FIRST, BROKEN])
        assert connection.user_version == 1
        assert connection.execute("SELECT word FROM words") == [("a;b",)]
        migrate(connection, [FIRST, SECOND])
        assert connection.user_version == 2


def test_a_newer_file_is_refused_for_writing_and_taken_for_reading(tmp_path: Path) -> None:
    with open_database(tmp_path / "a.sqlite") as connection:
        migrate(connection, [FIRST, SECOND])
        with pytest.raises(StoreTooNew) as raised:
            migrate(connection, [FIRST])
    assert (raised.value.facts["layout"], raised.value.facts["known_layout"]) == (2, 1)
    with open_database(tmp_path / "a.sqlite", is_read_only=True) as connection:
        migrate(connection, [FIRST])
        assert connection.user_version == 2


def test_a_script_is_split_where_statements_end() -> None:
    trigger = "CREATE TRIGGER t AFTER DELETE ON a BEGIN DELETE FROM b; DELETE FROM c; END;"
    assert list(statements_of(f"SELECT ';'; {trigger}\n-- the end; really\nSELECT 1;\n")) == [
        "SELECT ';';",
        trigger,
        "-- the end; really\nSELECT 1;",
    ]
    with pytest.raises(ValueError, match="middle"):
        list(statements_of("SELECT 1; SELECT 2"))
