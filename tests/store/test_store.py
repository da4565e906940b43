"""Opening: plain or encrypted, old or too new, after a kill, and under the seal of the core."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aspen.core.errors import NotWritable, StoreDamaged, StoreTooNew
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.database.connection import open_database
from aspen.database.database_file import Kind, kind_of
from aspen.privacy.path_rules import DeclaredPath
from aspen.store.projects import Project
from aspen.store.schema import STEPS
from aspen.store.store import Store, open_store
from fakes.killing import FAKES, lines_until_killed
from fakes.turns import turn_of

KEY = bytes(range(32))
KILLS = 6
STAYS = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("client file",))


def fill(path: Path, key: bytes | None) -> None:
    with open_store(path, key) as store:
        project = store.projects.keep(Project(folder="/home/me/fair", name="fair", label=STAYS))
        store.conversations.create("Fair", conversation_id="c1", label=STAYS, project_id=project.project_id)
        store.turns.save("c1", turn_of("t1", label=STAYS))
        store.path_labels.declare(DeclaredPath(path="/home/me/cases", label=STAYS, is_folder=True))
        store.preferences.keep("theme", "dark")


def labels_in(store: Store) -> list[Label]:
    """Collect every label that `fill` wrote."""
    return [
        store.conversations.card("c1").label,
        *(kept.turn.message.label for kept in store.turns.tree("c1")),
        *(each.label for each in store.path_labels.all()),
        *(each.label for each in store.projects.all()),
    ]


@pytest.mark.parametrize("key", [None, KEY])
def test_what_was_remembered_is_there_after_opening_again(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "store.sqlite"
    fill(path, key)
    with open_store(path, key) as store:
        assert labels_in(store) == [STAYS] * 4
        assert store.preferences.read("theme") == "dark"
        assert (store.is_encrypted, store.is_read_only) == (key is not None, False)
        assert [each.path for each in store.declared_paths()] == ["/home/me/cases", "/home/me/fair"]


def test_a_plain_store_is_encrypted_once_there_is_a_key(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    fill(path, None)
    with open_store(path, KEY) as store:
        assert store.is_encrypted
        assert labels_in(store) == [STAYS] * 4
    assert kind_of(path) is Kind.ENCRYPTED


def test_what_a_killed_conversion_left_in_plain_is_removed(tmp_path: Path) -> None:
    path, draft = tmp_path / "store.sqlite", tmp_path / ".store.sqlite.draft"
    fill(path, KEY)
    draft.write_bytes(b"SQLite format 3\0 and words")
    open_store(path, KEY).close()
    assert not draft.exists()


def test_an_encrypted_store_without_its_key_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    fill(path, KEY)
    with pytest.raises(StoreDamaged, match="is encrypted"):
        open_store(path, None)
    with pytest.raises(StoreDamaged):
        open_store(path, bytes(32))
    with open_store(path, KEY) as store:
        assert labels_in(store) == [STAYS] * 4


WRITES: list[Callable[[Store], object]] = [
    lambda store: store.conversations.create("new"),
    lambda store: store.conversations.rename("c1", "new"),
    lambda store: store.conversations.delete("c1"),
    lambda store: store.conversations.purge("c1"),
    lambda store: store.turns.save("c1", turn_of("t2", "t1")),
    lambda store: store.turns.declare_label("t1", STAYS),
    lambda store: store.turns.choose("c1", "t1"),
    lambda store: store.path_labels.declare(DeclaredPath(path="/x", label=STAYS, is_folder=True)),
    lambda store: store.path_labels.forget("/home/me/cases"),
    lambda store: store.projects.keep(Project(folder="/x", name="x")),
    lambda store: store.projects.forget(1),
    lambda store: store.preferences.keep("theme", "light"),
    lambda store: store.preferences.forget("theme"),
]


@pytest.mark.parametrize("key", [None, KEY])
def test_a_store_of_a_newer_aspen_is_read_and_never_written(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "store.sqlite"
    fill(path, key)
    make_newer(path, key, "ALTER TABLE turns ADD COLUMN mood TEXT")
    written = path.read_bytes()
    with open_store(path, key) as store:
        assert store.is_read_only
        assert labels_in(store) == [STAYS] * 4
        assert store.turns.conversation("c1").title == "Fair"
        for write in WRITES:
            with pytest.raises(StoreTooNew, match="newer Aspen"):
                write(store)
    assert path.read_bytes() == written


def make_newer(path: Path, key: bytes | None, *changes: str) -> None:
    """Do to a file what a later version might do."""
    with open_database(path, key=key) as connection:
        for change in changes:
            connection.execute(change)
        connection.execute(f"PRAGMA user_version = {len(STEPS) + 1}")


def test_what_only_a_newer_aspen_can_read_is_named_so(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    fill(path, None)
    make_newer(
        path,
        None,
        "ALTER TABLE preferences RENAME TO wishes",
        """UPDATE turns SET parts = '[{"kind": "smell", "of": "roses"}]'""",
    )
    with open_store(path, None) as store:
        assert store.conversations.card("c1").title == "Fair"
        with pytest.raises(StoreTooNew):
            store.preferences.read("theme")
        with pytest.raises(StoreTooNew):
            store.turns.tree("c1")


def test_a_plain_store_of_a_newer_aspen_is_not_encrypted_either(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    fill(path, None)
    make_newer(path, None)
    with open_store(path, KEY) as store:
        assert store.is_read_only
        assert not store.is_encrypted
    assert kind_of(path) is Kind.PLAIN


def test_a_file_that_is_no_store_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_bytes(b"this is not a database " * 500)
    for key in (None, KEY):
        with pytest.raises(StoreDamaged):
            open_store(tmp_path / "store.sqlite", key)
    assert (tmp_path / "store.sqlite").read_bytes().startswith(b"this is not")
    with pytest.raises(NotWritable):
        open_store(tmp_path, None)


@pytest.mark.parametrize("key", [None, KEY])
def test_a_kill_in_the_middle_of_writing_loses_and_doubles_no_turn(tmp_path: Path, key: bytes | None) -> None:
    path = tmp_path / "store.sqlite"
    for _ in range(KILLS // 2):
        words = ("turns", path) if key is None else ("turns", path, key.hex())
        told = lines_until_killed("store_writer.py", *words, after_seconds=random.uniform(0.0, 0.2))
        with open_store(path, key) as store:
            tree = store.turns.tree("long")
            finished = [kept.turn.turn_id for kept in tree if kept.is_complete]
            assert len(set(finished)) == len(finished)
            assert finished[: len(told)] == told
            assert len(tree) <= len(told) + 2  # the one that was growing, and one whose line was not printed
            assert store.blobs.count_and_size()[0] == len(tree)
            store.conversations.purge("long")
            assert store.blobs.count_and_size() == (0, 0)


def test_the_store_works_under_the_seal_of_the_core(tmp_path: Path) -> None:
    script = FAKES / "sealed_store.py"
    ended = subprocess.run([sys.executable, str(script), str(tmp_path)], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.split() == ["2000", "1999", "0"]
    assert ended.stderr == ""
