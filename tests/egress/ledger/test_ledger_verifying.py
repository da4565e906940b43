"""Whatever is edited, deleted, added, moved, cut off or put back is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.egress import Verdict, canonical_json
from aspen.core.errors import LedgerBroken, NoKey
from aspen.database.connection import open_database
from aspen.egress.ledger.entry import digest
from aspen.egress.ledger.head_file import Head
from aspen.egress.ledger.opening import set_aside
from fakes.ledger_home import LedgerHome, exchange, send
from fakes.memory_vault import MemoryVault

LAST = 7
INSERT = "INSERT INTO entries (sequence, content, sha256, mac) VALUES (?, ?, ?, ?)"
ROW = "SELECT sequence, content, sha256, mac FROM entries WHERE sequence = ?"


@pytest.fixture
def home(tmp_path: Path) -> LedgerHome:
    """A closed ledger of seven entries; bytes are kept of 4 and 5, and those of 1 and 2 were forgotten by 6."""
    home = LedgerHome(folder=tmp_path / "gate")
    with home.open() as ledger:
        exchange(ledger, b"first request", b"first answer")
        ledger.record(replace(send(b"refused"), verdict=Verdict.REFUSED))
        exchange(ledger, b"second request", b"second answer")
        ledger.forget(1)
        ledger.record(replace(send(b"declined"), verdict=Verdict.DECLINED))
    assert home.check().problems == ()
    assert home.check().entries_checked == LAST
    assert home.check().bodies_checked == 2
    return home


class LockingVault(MemoryVault):
    """Takes nothing more while it is locked, and counts how often it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_locked = False
        self.refusals = 0

    def write(self, name: str, secret: bytes) -> None:
        if self.is_locked:
            self.refusals += 1
            raise NoKey("The keyring is locked.")
        super().write(name, secret)


def edited(value: object) -> object:
    """Return another value of the same kind."""
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str():
            return value + "x"
        case None:
            return 1
        case list():
            return [[1, 2]]
        case dict():
            return {}
        case _:
            raise AssertionError(value)


def edits(content: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each field with the content in which that field is another."""
    told: dict[str, object] = json.loads(content)
    for name, value in told.items():
        yield name, canonical_json({**told, name: edited(value)}).decode()


@pytest.mark.parametrize("sequence", range(1, LAST + 1))
def test_an_edit_of_any_field_of_any_entry_is_found_with_and_without_a_new_hash(
    home: LedgerHome, sequence: int
) -> None:
    content = home.rows(ROW, (sequence,))[0][1]
    untouched = home.files()
    for name, other in edits(content):
        for sha256 in (digest(content.encode()), digest(other.encode())):
            home.tamper("UPDATE entries SET content = ?, sha256 = ? WHERE sequence = ?", (other, sha256, sequence))
            assert sequence in {problem.sequence for problem in home.check().problems}, name
            home.put_back(untouched)
    assert home.check().is_whole


@pytest.mark.parametrize("sequence", range(1, LAST + 1))
@pytest.mark.parametrize("column", ["sequence", "sha256", "mac"])
def test_an_edit_of_any_other_column_is_found(home: LedgerHome, sequence: int, column: str) -> None:
    new = "sequence + 100" if column == "sequence" else f"replace({column}, substr({column}, 9, 1), 'x')"
    home.tamper(f"UPDATE entries SET {column} = {new} WHERE sequence = ?", (sequence,))
    assert not home.check().is_whole


@pytest.mark.parametrize("sequence", [4, 5])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE bodies SET sequence = 3 WHERE sequence = ?",
        "UPDATE bodies SET nonce = zeroblob(12) WHERE sequence = ?",
        "UPDATE bodies SET nonce = x'' WHERE sequence = ?",
        "UPDATE bodies SET ciphertext = zeroblob(length(ciphertext)) WHERE sequence = ?",
        "UPDATE bodies SET ciphertext = x'' WHERE sequence = ?",
        (
            "UPDATE bodies SET ciphertext = (SELECT ciphertext FROM bodies AS b WHERE b.sequence <> bodies.sequence), "
            "nonce = (SELECT nonce FROM bodies AS b WHERE b.sequence <> bodies.sequence) WHERE sequence = ?"
        ),
        "DELETE FROM bodies WHERE sequence = ?",
        "INSERT INTO bodies SELECT 1, nonce, ciphertext FROM bodies WHERE sequence = ?",
        "INSERT INTO bodies SELECT 7, nonce, ciphertext FROM bodies WHERE sequence = ?",
    ],
)
def test_any_change_of_the_kept_bytes_is_found(home: LedgerHome, change: str, sequence: int) -> None:
    home.tamper(change, (sequence,))
    assert not home.check().is_whole


@pytest.mark.parametrize("sequence", range(1, LAST + 1))
def test_a_deleted_entry_is_found(home: LedgerHome, sequence: int) -> None:
    home.tamper("DELETE FROM entries WHERE sequence = ?", (sequence,))
    sentences = " ".join(problem.sentence for problem in home.check().problems)
    expected = "The ledger ends at entry 6, but 7 were written" if sequence == LAST else f"Entry {sequence} is missing"
    assert expected in sentences


def test_entries_that_are_cut_off_at_the_end_are_found_when_aspen_starts(home: LedgerHome) -> None:
    home.tamper("DELETE FROM entries WHERE sequence > 5")
    with pytest.raises(LedgerBroken, match="ends at entry 5, but 7 were written"):
        home.open()


def test_all_entries_gone_is_found(home: LedgerHome) -> None:
    home.tamper("DELETE FROM entries")
    assert not home.check().is_whole
    with pytest.raises(LedgerBroken):
        home.open()


@pytest.mark.parametrize(("one", "other"), [(1, 2), (3, 5), (6, 7)])
def test_two_entries_that_changed_places_are_found(home: LedgerHome, one: int, other: int) -> None:
    for before, after in ((one, 99), (other, one), (99, other)):
        home.tamper("UPDATE entries SET sequence = ? WHERE sequence = ?", (after, before))
    assert {problem.sequence for problem in home.check().problems} >= {one, other}


def test_an_entry_that_somebody_without_the_key_adds_is_found_even_where_the_head_may_lag(home: LedgerHome) -> None:
    _, content, sha256, mac = home.rows(ROW, (LAST,))[0]
    forged = canonical_json({**json.loads(content), "sequence": LAST + 1, "previous_sha256": sha256}).decode()
    home.tamper(INSERT, (LAST + 1, forged, digest(forged.encode()), mac))
    assert [problem.sentence for problem in home.check().problems] == ["Entry 8 was not written by this gate."]
    with pytest.raises(LedgerBroken, match="was edited"):
        home.open()


def test_a_chain_that_is_written_anew_from_some_entry_on_is_found(home: LedgerHome) -> None:
    previous = home.rows(ROW, (2,))[0][2]
    for sequence in range(3, LAST + 1):
        told = {**json.loads(home.rows(ROW, (sequence,))[0][1]), "previous_sha256": previous, "project": "another"}
        content = canonical_json(told).decode()
        previous = digest(content.encode())
        home.tamper("UPDATE entries SET content = ?, sha256 = ? WHERE sequence = ?", (content, previous, sequence))
    assert {problem.sequence for problem in home.check().problems} >= set(range(3, LAST + 1))


def test_an_older_copy_of_the_file_is_found(home: LedgerHome) -> None:
    older = home.files()
    with home.open() as ledger:
        ledger.record(send())
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
    home.put_back(older, "ledger.sqlite")
    assert "an older copy of the file was put back" in home.check().problems[0].sentence
    with pytest.raises(LedgerBroken):
        home.open()


def test_an_older_copy_of_the_head_is_found(home: LedgerHome) -> None:
    older = home.files()
    with home.open() as ledger:
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
    home.put_back(older, "head")
    assert "The head stands at entry 7 of 9" in home.check().problems[0].sentence


def test_an_older_copy_of_the_whole_folder_is_found(home: LedgerHome) -> None:
    older = home.files()
    with home.open() as ledger:
        ledger.record(replace(send(), verdict=Verdict.REFUSED))
    home.put_back(older)
    assert "the ledger was rolled back" in home.check().problems[0].sentence
    with pytest.raises(LedgerBroken, match="when Aspen last looked"):
        home.open()


def test_a_gate_that_was_killed_leaves_an_anchor_by_which_an_older_copy_is_found(home: LedgerHome) -> None:
    older = home.files()
    with home.open() as ledger:
        for _ in range(20):
            exchange(ledger, b"request", b"answer")
        at_the_kill = dict(home.vault.kept)
    home.vault.kept = at_the_kill
    assert home.check().is_whole
    home.put_back(older)
    assert "the ledger was rolled back" in home.check().problems[0].sentence
    with pytest.raises(LedgerBroken, match="when Aspen last looked"):
        home.open()


def test_a_vault_that_locks_itself_keeps_nothing_from_being_recorded_and_is_asked_once(tmp_path: Path) -> None:
    vault = LockingVault()
    home = LedgerHome(folder=tmp_path / "locked", vault=vault)
    with home.open() as ledger:
        vault.is_locked = True
        for _ in range(40):
            exchange(ledger, b"request", b"answer")
    assert vault.refusals == 1
    vault.is_locked = False
    home.open().close()
    assert home.check().is_whole


def test_a_folder_that_was_emptied_is_no_new_beginning(home: LedgerHome) -> None:
    home.open().close()
    for name in home.files():
        (home.folder / name).unlink()
    with pytest.raises(LedgerBroken):
        home.open()


def test_a_head_that_somebody_noted_down_finds_what_head_file_and_vault_do_not(home: LedgerHome) -> None:
    noted = home.check().head
    assert home.check(noted).is_whole
    assert not home.check(replace(noted, sequence=noted.sequence + 1)).is_whole
    assert not home.check(replace(noted, sha256="f" * 64)).is_whole


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"schema":1,"sequence":7,"sha256":"a","mac":"b"}'])
def test_a_head_that_aspen_did_not_write_is_found(home: LedgerHome, content: bytes) -> None:
    (home.folder / "head").write_bytes(content)
    assert "not one that Aspen wrote" in home.check().problems[0].sentence
    with pytest.raises(LedgerBroken):
        home.open()


def test_a_head_that_is_gone_is_found(home: LedgerHome) -> None:
    (home.folder / "head").unlink()
    assert "head is missing" in home.check().problems[0].sentence
    with pytest.raises(LedgerBroken):
        home.open()


def test_a_trigger_in_the_file_is_found(home: LedgerHome) -> None:
    home.tamper("CREATE TRIGGER quiet AFTER INSERT ON bodies BEGIN DELETE FROM bodies; END")
    assert "'quiet' in a form that Aspen did not give it" in home.check().problems[0].sentence
    with pytest.raises(LedgerBroken, match="quiet"):
        home.open()


def test_a_column_that_was_rewritten_to_hide_what_was_spent_is_found(home: LedgerHome) -> None:
    with open_database(home.file) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_schema SET sql = replace(sql, '$.cost_microdollars', '$.schema')")
    assert "'entries' in a form that Aspen did not give it" in home.check().problems[0].sentence
    with pytest.raises(LedgerBroken, match="entries"):
        home.open()


@pytest.mark.parametrize("change", ["DROP TABLE bodies", "DROP TABLE entries", "DROP INDEX sends"])
def test_a_table_that_is_gone_is_found(home: LedgerHome, change: str) -> None:
    home.tamper(change)
    assert not home.check().is_whole


def test_bytes_of_the_file_that_are_overwritten_are_found(home: LedgerHome) -> None:
    content = bytearray(home.file.read_bytes())
    content[4096:8192] = b"\x5a" * 4096
    home.file.write_bytes(content)
    assert not home.check().is_whole


def test_a_file_that_is_gone_is_found(home: LedgerHome) -> None:
    home.file.unlink()
    assert not home.check().is_whole


def test_another_key_vouches_for_nothing(home: LedgerHome) -> None:
    home.vault.kept["ledger-key"] = bytes(32)
    assert len(home.check().problems) >= LAST


def test_a_key_that_is_gone_is_never_replaced_behind_a_persons_back(home: LedgerHome) -> None:
    home.vault.delete("ledger-key")
    with pytest.raises(LedgerBroken, match="its key is not in the memory of a test any more"):
        home.open()
    with pytest.raises(LedgerBroken):
        home.check()
    assert home.vault.read("ledger-key") is None


def test_a_broken_ledger_can_be_set_aside_and_stays_there_to_be_looked_at(home: LedgerHome) -> None:
    home.tamper("DELETE FROM entries WHERE sequence > 5")
    place = set_aside(home.folder, home.vault, home.clock.now)
    assert "ledger.sqlite" in {path.name for path in place.iterdir()}
    with home.open() as ledger:
        (noted,) = ledger.entries()
        assert place.name in noted.reasons[0]
        assert ledger.verify().is_whole
    assert not LedgerHome(folder=place, vault=home.vault).check().is_whole


def test_the_head_of_a_check_is_the_last_entry(home: LedgerHome) -> None:
    sequence, _, sha256, _ = home.rows(ROW, (LAST,))[0]
    assert home.check().head == Head(sequence=sequence, sha256=sha256)
