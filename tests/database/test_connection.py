"""One file, its settings, its transactions, and what it says when it cannot."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aspen.core.errors import DiskFull, DoesNotFit, NotFound, NotWritable, StoreDamaged
from aspen.database.connection import open_database
from aspen.database.errors import ConstraintBroken, StatementRefused

KEY = bytes(range(32))
CANARY = "canary-4f1d9c"


def make(path: Path, key: bytes | None = None) -> Path:
    """Make a file with one table and some rows."""
    with open_database(path, key=key) as connection:
        connection.execute("CREATE TABLE words (number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE) STRICT")
        with connection.transaction():
            connection.executemany("INSERT INTO words (word) VALUES (?)", [(f"{CANARY} {n}",) for n in range(500)])
    return path


@pytest.mark.parametrize("key", [None, KEY])
def test_what_was_written_is_read_again(tmp_path: Path, key: bytes | None) -> None:
    path = make(tmp_path / "a.sqlite", key)
    with open_database(path, key=key) as connection:
        assert connection.first("SELECT word FROM words WHERE number = ?", (2,)) == (f"{CANARY} 1",)
        assert sum(1 for _ in connection.iterate("SELECT * FROM words")) == 500
        assert connection.change("DELETE FROM words WHERE number > :least", {"least": 490}) == 10
        assert connection.first("SELECT 1 WHERE 0") is None


def test_an_encrypted_file_shows_nothing_of_its_content(tmp_path: Path) -> None:
    make(tmp_path / "plain.sqlite")
    assert CANARY.encode() in (tmp_path / "plain.sqlite").read_bytes()
    with open_database(make(tmp_path / "secret.sqlite", KEY), key=KEY) as connection:
        connection.execute("INSERT INTO words (word) VALUES (?)", (f"{CANARY} in the log",))
        written = b"".join(path.read_bytes() for path in tmp_path.glob("secret.sqlite*"))
    assert CANARY.encode() not in written
    assert not written.startswith(b"SQLite")
    assert KEY.hex().encode() not in written


def test_file_folder_and_companions_are_for_their_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "a.sqlite"
    path.parent.mkdir(0o700)
    path.touch(0o644)
    with open_database(path) as connection:
        connection.execute("CREATE TABLE words (word TEXT)")
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    assert modes == {"a.sqlite": 0o600, "a.sqlite-wal": 0o600, "a.sqlite-shm": 0o600}
    with open_database(tmp_path / "new" / "b.sqlite"):
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


@pytest.mark.parametrize("flushes", [True, False])
def test_every_connection_has_the_settings_of_the_house(tmp_path: Path, flushes: bool) -> None:
    with open_database(tmp_path / "a.sqlite", flushes_every_commit=flushes) as connection:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "trusted_schema", "temp_store")
        values = {name: connection.execute(f"PRAGMA {name}")[0][0] for name in names}
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2 if flushes else 1,
        "foreign_keys": 1,
        "secure_delete": 1,
        "trusted_schema": 0,
        "temp_store": 2,
    }


def test_deleted_words_are_gone_from_file_and_log_after_a_checkpoint(tmp_path: Path) -> None:
    with open_database(make(tmp_path / "a.sqlite")) as connection:
        connection.execute("DELETE FROM words")
        assert connection.checkpoint()
        assert all(CANARY.encode() not in path.read_bytes() for path in tmp_path.iterdir())


def test_a_log_that_somebody_else_reads_is_not_called_empty(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    with open_database(path) as writer, open_database(path, is_read_only=True) as reader:
        writer.execute("PRAGMA busy_timeout = 50")
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM words")
        writer.execute("DELETE FROM words")
        assert not writer.checkpoint()
        reader.execute("COMMIT")
        assert writer.checkpoint()


def test_a_transaction_is_whole_or_nothing(tmp_path: Path) -> None:
    with open_database(make(tmp_path / "a.sqlite")) as connection:
        with pytest.raises(ConstraintBroken), connection.transaction():
            connection.execute("DELETE FROM words WHERE number = 1")
            connection.execute("INSERT INTO words (word) VALUES (?)", (f"{CANARY} 2",))
        with pytest.raises(KeyboardInterrupt), connection.transaction():
            connection.execute("DELETE FROM words")
            raise KeyboardInterrupt
        assert connection.first("SELECT count(*) FROM words") == (500,)


def test_an_inner_transaction_is_undone_alone(tmp_path: Path) -> None:
    with open_database(make(tmp_path / "a.sqlite")) as connection:
        with connection.transaction():
            connection.execute("DELETE FROM words WHERE number = 1")
            with pytest.raises(ZeroDivisionError), connection.transaction():
                connection.execute("DELETE FROM words")
                _ = 1 / 0
            with connection.transaction():
                connection.execute("DELETE FROM words WHERE number = 2")
        assert connection.first("SELECT count(*) FROM words") == (498,)


def test_a_reader_sees_what_somebody_else_has_written_and_writes_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    with open_database(path) as writer, open_database(path, is_read_only=True) as reader:
        writer.execute("DELETE FROM words WHERE number = 1")
        assert reader.first("SELECT count(*) FROM words") == (499,)
        with pytest.raises(NotWritable):
            reader.execute("DELETE FROM words")


@pytest.mark.parametrize(("made_with", "opened_with"), [(KEY, bytes(32)), (KEY, None), (None, KEY)])
def test_a_wrong_key_reads_nothing_and_says_so(
    tmp_path: Path, made_with: bytes | None, opened_with: bytes | None
) -> None:
    path = make(tmp_path / "a.sqlite", made_with)
    with pytest.raises(StoreDamaged):
        open_database(path, key=opened_with)
    with open_database(path, key=made_with) as connection:
        assert connection.first("SELECT count(*) FROM words") == (500,)


@pytest.mark.parametrize("key", [None, KEY])
def test_damage_is_reported_and_not_read_over(tmp_path: Path, key: bytes | None) -> None:
    path = make(tmp_path / "a.sqlite", key)
    content = bytearray(path.read_bytes())
    content[2 * 4096 : 3 * 4096] = os.urandom(4096)
    path.write_bytes(content)
    with open_database(path, key=key) as connection, pytest.raises(StoreDamaged):
        connection.execute("SELECT sum(length(word)), max(number) FROM words NOT INDEXED")
        connection.execute("SELECT word FROM words ORDER BY word")


def test_noise_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_bytes(os.urandom(8192))
    for key in (None, KEY):
        with pytest.raises(StoreDamaged):
            open_database(tmp_path / "a.sqlite", key=key)


def test_a_file_that_is_not_there_is_not_made_by_reading_it(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        open_database(tmp_path / "a.sqlite", is_read_only=True)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_takes_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    for path in (tmp_path / "file" / "a.sqlite", tmp_path / "link", tmp_path):
        with pytest.raises(NotWritable) as raised:
            open_database(path)
        assert str(path) in raised.value.sentence
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_in_a_folder_that_takes_nothing_can_still_be_read(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write in every folder")
    path = make(tmp_path / "folder" / "a.sqlite", KEY)
    path.parent.chmod(0o500)
    try:
        with open_database(path, key=KEY, is_read_only=True) as connection:
            assert connection.first("SELECT count(*) FROM words") == (500,)
    finally:
        path.parent.chmod(0o700)


def test_a_full_file_is_a_full_disk_and_what_was_there_stays(tmp_path: Path) -> None:
    with open_database(make(tmp_path / "a.sqlite")) as connection:
        connection.execute("PRAGMA max_page_count = 20")
        with pytest.raises(DiskFull), connection.transaction():
            for number in range(1000):
                connection.execute("INSERT INTO words (word) VALUES (?)", (f"{number}" * 1000,))
        assert connection.first("SELECT count(*) FROM words") == (500,)
        connection.execute("DELETE FROM words WHERE number = 1")


def test_a_disk_that_refuses_a_write_leaves_what_was_there(tmp_path: Path) -> None:
    """A limit on the size of files (setrlimit(2)) stands for a quota: the kernel refuses in the middle of the log."""
    path = make(tmp_path / "a.sqlite")
    program = (
        "import sys, pathlib; from aspen.core.errors import DiskFull, NotWritable\n"
        "from aspen.database.connection import open_database\n"
        "connection = open_database(pathlib.Path(sys.argv[1]))\n"
        "try:\n"
        "    for number in range(1000):\n"
        "        connection.execute('INSERT INTO words (word) VALUES (?)', (str(number) * 900,))\n"
        "except (DiskFull, NotWritable) as error: print(error.code, number)\n"
    )
    limit_bytes = 200_000
    ended = subprocess.run(
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes)),
    )
    code, written = ended.stdout.split()
    assert code in {"disk_full", "not_writable"}
    with open_database(path) as connection:
        assert connection.first("SELECT count(*) FROM words") == (500 + int(written),)
        assert connection.execute("PRAGMA integrity_check") == [("ok",)]


def test_a_second_writer_is_told_that_the_file_is_in_use(tmp_path: Path) -> None:
    path = make(tmp_path / "a.sqlite")
    with open_database(path) as one, open_database(path) as two:
        two.execute("PRAGMA busy_timeout = 50")
        with one.transaction(), pytest.raises(NotWritable, match="in use"):
            two.execute("DELETE FROM words")


def test_a_defect_is_not_dressed_up_as_a_fault_of_the_disk(tmp_path: Path) -> None:
    with open_database(tmp_path / "a.sqlite") as connection:
        with pytest.raises(StatementRefused):
            connection.execute("SELECT nothing FROM nowhere")
        with pytest.raises(DoesNotFit):
            connection.execute("SELECT zeroblob(1100000000)")
    with pytest.raises(ValueError, match="32 bytes"):
        open_database(tmp_path / "b.sqlite", key=b"short")
    assert not (tmp_path / "b.sqlite").exists()
