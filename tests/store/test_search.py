"""Everything that was said is found by its words, at once and however it came in; what was deleted is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.message import File, Message, Role, Text, Thinking
from aspen.database.connection import open_database
from aspen.database.migrations import migrate
from aspen.store.schema import STEPS
from aspen.store.store import Store, open_store
from fakes.fixed_clock import FixedClock
from fakes.turns import turn_of

KEY = bytes(range(32))


def begin(store: Store, name: str, *texts: str, title: str = "") -> None:
    """Keep a conversation in which these texts were said one after the other."""
    store.conversations.create(title, conversation_id=name)
    for number, text in enumerate(texts):
        store.turns.save(name, turn_of(f"{name}{number}", f"{name}{number - 1}" if number else None, text))


def turns_found(store: Store, text: str) -> list[str | None]:
    return [found.turn_id for found in store.search.find(text)]


def is_sound(path: Path, key: bytes | None = None) -> bool:
    """Have SQLite compare the index with itself, signposts too. It raises where they do not fit."""
    with open_database(path, key=key) as connection:
        connection.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    return True


def test_words_are_found_without_case_and_accents_and_by_their_beginning(store: Store) -> None:
    begin(store, "a", "Der Ärger im Büro war groß.", "Ich sah Kraniche.")
    for text in ("ärger", "ARGER", "buro arg", "im Büro", '"ärger im büro"', "kran", "GROß"):
        assert turns_found(store, text) == (["a1"] if text == "kran" else ["a0"]), text
    for text in ("büro kraniche", '"büro im"', "raniche", '"kran"', "k"):
        assert turns_found(store, text) == [], text


def test_what_was_found_says_where_and_shows_it(store: Store) -> None:
    begin(store, "a", "x " * 100 + "then came the Pear tree at last, and a pear 🍐 " + "y " * 100, title="Fair")
    [found] = store.search.find("pear")
    assert (found.conversation_id, found.turn_id, found.title, found.role) == ("a", "a0", "Fair", Role.USER)
    marked = [found.snippet.text[begin:end] for begin, end in found.snippet.marks]
    assert marked == ["Pear", "pear"]
    assert len(found.snippet.text) < 150
    assert "<" not in found.snippet.text


def test_names_of_files_are_found_and_thoughts_and_what_stands_in_files_are_not(store: Store) -> None:
    store.conversations.create(conversation_id="a")
    parts = (File(name="contract.pdf", text="clause"), Thinking(text="hidden"), Text(text="appendix"))
    store.turns.save("a", turn_of("t", words="question", parts=parts))
    assert turns_found(store, "contract") == turns_found(store, "question appendix") == ["t"]
    assert turns_found(store, "clause") == turns_found(store, "hidden") == []


def test_a_title_comes_before_what_was_said_and_the_newer_of_equals_first(store: Store) -> None:
    begin(store, "a", "the fair", "other", "the fair")
    begin(store, "b", "words", title="The fair")
    found = store.search.find("fair")
    assert [(each.conversation_id, each.turn_id) for each in found] == [("b", None), ("a", "a2"), ("a", "a0")]
    assert found[0].snippet.text == "The fair"
    pages = [store.search.find("fair", count=2, skip=skip) for skip in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert (*pages[0], *pages[1]) == found


def test_a_new_title_is_found_and_the_old_one_is_not(store: Store) -> None:
    begin(store, "a", title="Plums")
    store.conversations.rename("a", "Pears")
    assert [len(store.search.find(text)) for text in ("plums", "pears")] == [0, 1]
    assert is_sound(store.path)


def test_what_is_deleted_is_not_found_until_it_is_restored(store: Store) -> None:
    begin(store, "a", "pear one", "pear two", title="Pear")
    begin(store, "b", "pear three")
    for _ in range(2):
        store.conversations.delete("a")
        assert turns_found(store, "pear") == ["b0"]
        while store.search.take_out_some(1):
            pass
        assert turns_found(store, "pear") == ["b0"]
        assert not store.search.index_some()
        store.conversations.restore("a")
        store.search.index_some()
        assert sorted(map(str, turns_found(store, "pear"))) == ["None", "a0", "a1", "b0"]
    assert is_sound(store.path)


def test_an_answer_that_grows_is_found_when_it_is_complete_or_when_somebody_looks(store: Store) -> None:
    begin(store, "a", "question")
    store.turns.save("a", turn_of("t", "a0", "Once", is_complete=False))
    assert turns_found(store, "once") == []
    store.search.index_some()
    assert turns_found(store, "once") == ["t"]
    store.turns.save("a", turn_of("t", "a0", "Once upon", is_complete=False))
    assert not store.search.index_some()
    assert turns_found(store, "once upon") == ["t"]
    store.turns.save("a", turn_of("t", "a0", "Once upon a time"))
    assert (turns_found(store, "once upon"), turns_found(store, "a time")) == (["t"], ["t"])
    assert not store.search.index_some()
    assert is_sound(store.path)


@pytest.mark.parametrize(
    "text", ["\ud83d half", "nul \0 in it half", "half " + "\U0001f3aa" * 30, "half \ud83d\ud83d \udc00"]
)
def test_half_characters_are_found_shown_and_taken_out(store: Store, text: str) -> None:
    begin(store, "a", text)
    assert turns_found(store, "half") == ["a0"]
    assert store.search.find("half")[0].snippet.text
    store.conversations.purge("a")
    assert turns_found(store, "half") == []
    assert is_sound(store.path)


@pytest.mark.parametrize("key", [None, KEY])
def test_an_older_store_is_indexed_in_pieces_the_newest_first(
    tmp_path: Path, clock: FixedClock, key: bytes | None
) -> None:
    path, label = tmp_path / "old.sqlite", ("private", "unset", "[]", None, "public")
    with open_database(path, key=key) as connection:
        migrate(connection, STEPS[:1])
        for name, deleted_at in (("a", None), ("gone", 5)):
            connection.execute(
                "INSERT INTO conversations VALUES (?, ?, NULL, NULL, '{}', NULL, 0, 0, ?, ?, ?, ?, ?, ?)",
                (name, f"Old {name}", deleted_at, *label),
            )
        for number in range(5):
            parts = f'[{{"kind":"text","text":"pear {number}"}}]'
            connection.execute(
                "INSERT INTO turns VALUES (NULL, ?, ?, NULL, 'user', ?, NULL, NULL, ?, 0, ?, ?, ?, ?, ?)",
                (f"t{number}", "gone" if number == 1 else "a", parts, number != 2, *label),
            )
    with open_store(path, key, clock.now) as store:
        assert [found.title for found in store.search.find("old")] == ["Old a"]
        assert store.search.index_some(2)
        assert turns_found(store, "pear") == ["t4", "t3"]
        store.turns.save("a", turn_of("t2", None, "pear whole"))
        while store.search.index_some(2):
            pass
        assert turns_found(store, "pear") == ["t4", "t3", "t2", "t0"]
        kept = store.turns.tree("a")
        assert [(each.outcome.sent, each.outcome.finished) for each in kept] == [(None, None)] * 4
        store.conversations.restore("gone")
        assert not store.search.index_some()
        assert "t1" in turns_found(store, "pear")
    assert is_sound(path, key)


def test_an_index_is_whole_after_it_was_encrypted_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with open_store(path, None) as store:
        begin(store, "a", *(f"pear number{number}" for number in range(50)), title="Fair")
    with open_store(path, KEY) as store:
        assert store.is_encrypted
        assert turns_found(store, "number17") == ["a17"]
        assert turns_found(store, "fair") == [None]
    assert is_sound(path, KEY)


def test_a_reader_finds_and_changes_nothing(store: Store) -> None:
    begin(store, "a", "pear")
    store.turns.save("a", turn_of("t", "a0", "growing pear", is_complete=False))
    reader = store.open_reader()
    try:
        assert turns_found(reader, "pear") == ["a0"]
        assert not reader.search.index_some()
        assert not reader.search.take_out_some()
    finally:
        reader.close()


def test_other_roles_are_named(store: Store) -> None:
    begin(store, "a", "question")
    kept = turn_of("t", "a0")
    message = Message.of_text(Role.ASSISTANT, "because of pears")
    store.turns.save("a", replace(kept, turn=replace(kept.turn, message=message)))
    assert [found.role for found in store.search.find("pears")] == [Role.ASSISTANT]
