"""Finding, listing, deleting and bringing back whole conversations."""

from __future__ import annotations

from datetime import timedelta

import pytest

from aspen.core.errors import Misused, NotFound, NotWritable
from aspen.core.label import PUBLIC, UNSET
from aspen.database.connection import open_database
from aspen.store.conversations import Conversations
from aspen.store.projects import Project
from aspen.store.session import Session
from aspen.store.store import Store
from fakes.fixed_clock import FixedClock
from fakes.turns import turn_of


def titles(store: Store) -> list[str]:
    return [card.title for card in store.conversations.newest()]


def begin(store: Store, clock: FixedClock, *names: str) -> None:
    for name in names:
        clock.advance(1)
        store.conversations.create(name, conversation_id=f"{name.lower()}-id")


def test_a_conversation_begins_with_what_it_was_given(store: Store, clock: FixedClock) -> None:
    settings = {"system": "Be brief.", "temperature": 0.5}
    made = store.conversations.create("Fair", label=PUBLIC, wanted_model="auto", settings=settings)
    assert made == store.conversations.card(made.conversation_id)
    assert (made.title, made.label, made.wanted_model, made.settings) == ("Fair", PUBLIC, "auto", settings)
    assert made.created_at == made.changed_at == clock.now()
    assert (made.turn_count, made.current_turn_id, made.deleted_at) == (0, None, None)
    assert store.conversations.create().label == UNSET


def test_beginning_the_same_one_twice_is_once(store: Store) -> None:
    first = store.conversations.create("First", conversation_id="c")
    assert store.conversations.create("Second", conversation_id="c") == first
    assert titles(store) == ["First"]


def test_the_list_begins_with_what_was_last_spoken_in(store: Store, clock: FixedClock) -> None:
    begin(store, clock, "A", "B", "C")
    clock.advance(1)
    store.turns.save("a-id", turn_of("t"))
    store.conversations.rename("b-id", "B2")
    assert titles(store) == ["A", "C", "B2"]
    last = store.conversations.last_used()
    assert last is not None
    assert (last.title, last.turn_count, last.current_turn_id) == ("A", 1, "t")


def test_pages_of_the_list_miss_nothing_and_repeat_nothing(store: Store, clock: FixedClock) -> None:
    begin(store, clock, *(f"{number:02}" for number in range(7)))
    for number in range(7):  # all at the same moment
        store.conversations.create(f"same {number}")
    seen: list[str] = []
    page = store.conversations.newest(3)
    while page:
        seen += [card.title for card in page]
        page = store.conversations.newest(3, after=page[-1])
    assert seen == titles(store)
    assert len(set(seen)) == 14


def test_what_was_deleted_can_be_brought_back(store: Store, clock: FixedClock) -> None:
    begin(store, clock, "A", "B")
    store.turns.save("a-id", turn_of("t"))
    store.conversations.delete("a-id")
    assert titles(store) == ["B"]
    assert store.conversations.find("A") == ()
    assert [card.title for card in store.conversations.deleted()] == ["A"]
    store.conversations.restore("a-id")
    assert sorted(titles(store)) == ["A", "B"]
    assert len(store.turns.tree("a-id")) == 1


def test_what_was_purged_is_gone_from_the_disk(store: Store) -> None:
    store.conversations.create("canary-title", conversation_id="c")
    store.turns.save("c", turn_of("t", words="canary-words"))
    store.conversations.purge("c")
    with pytest.raises(NotFound):
        store.conversations.card("c")
    assert all(b"canary" not in path.read_bytes() for path in store.path.parent.iterdir())


def test_a_purge_whose_words_stay_in_the_log_says_so(store: Store, clock: FixedClock) -> None:
    store.conversations.create(conversation_id="c")
    with open_database(store.path) as connection, open_database(store.path, is_read_only=True) as reader:
        connection.execute("PRAGMA busy_timeout = 50")
        conversations = Conversations(Session(connection, clock.now, None))
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM conversations")
        with pytest.raises(NotWritable, match="in its log"):
            conversations.purge("c")
        reader.execute("COMMIT")
    assert store.conversations.newest() == ()


def test_only_what_was_deleted_long_enough_ago_is_purged(store: Store, clock: FixedClock) -> None:
    begin(store, clock, "Old", "New", "Kept")
    store.conversations.delete("old-id")
    store.turns.save("old-id", turn_of("t", words="canary-words"))
    clock.advance(1000)
    store.conversations.delete("new-id")
    assert store.conversations.purge_deleted(clock.now() - timedelta(seconds=500)) == 1
    assert [card.title for card in store.conversations.deleted()] == ["New"]
    assert titles(store) == ["Kept"]
    assert all(b"canary" not in path.read_bytes() for path in store.path.parent.iterdir())


def test_a_conversation_is_found_by_the_beginning_of_its_id_or_by_its_title(store: Store) -> None:
    store.conversations.create("Ärger im Büro", conversation_id="abc123")
    store.conversations.create("Holiday, abc and 100 %", conversation_id="xyz789")
    assert store.conversations.resolve("abc").conversation_id == "abc123"
    assert store.conversations.resolve("ÄRGER").conversation_id == "abc123"
    assert store.conversations.resolve("100 %").conversation_id == "xyz789"
    for words in ("nothing", "  ", "_"):
        with pytest.raises(NotFound):
            store.conversations.resolve(words)


def test_what_could_mean_several_is_asked_back(store: Store) -> None:
    store.conversations.create("Fair 1", conversation_id="aa1")
    store.conversations.create("Fair 2", conversation_id="aa2")
    store.conversations.create("Fair", conversation_id="bb")
    with pytest.raises(Misused, match="could mean 2") as raised:
        store.conversations.resolve("aa")
    assert "aa1 (Fair 1)" in raised.value.hint
    assert store.conversations.resolve("Fair").conversation_id == "bb"


def test_an_unknown_conversation_is_named(store: Store) -> None:
    conversations = store.conversations
    for act in (conversations.card, conversations.delete, conversations.restore, conversations.purge):
        with pytest.raises(NotFound, match="nobody"):
            act("nobody")


def test_half_a_character_does_no_harm(store: Store) -> None:
    store.conversations.create("half \ud83d", conversation_id="c", settings={"note": "half \ud83d"})
    assert store.conversations.card("c").title == "half ?"
    assert store.conversations.card("c").settings == {"note": "half \ud83d"}


def test_pinned_ones_stand_before_all_others_on_every_page(store: Store, clock: FixedClock) -> None:
    begin(store, clock, "A", "B", "C", "D", "E")
    for name in ("a-id", "c-id"):
        store.conversations.pin(name, True)
    assert store.conversations.card("a-id").is_pinned
    seen: list[str] = []
    page = store.conversations.pinned_first(2)
    while page:
        seen += [card.title for card in page]
        page = store.conversations.pinned_first(2, after=page[-1])
    assert seen == ["C", "A", "E", "D", "B"]
    assert titles(store) == ["E", "D", "C", "B", "A"]
    last = store.conversations.last_used()
    assert last is not None
    assert last.title == "E"
    store.conversations.pin("c-id", False)
    store.conversations.delete("a-id")
    assert [card.title for card in store.conversations.pinned_first()] == ["E", "D", "C", "B"]
    with pytest.raises(NotFound):
        store.conversations.pin("nobody", True)


def test_the_conversations_of_a_project_are_listed_alone(store: Store, clock: FixedClock) -> None:
    begin(store, clock, "A", "B")
    project = store.projects.keep(Project(folder="/home/me/fair", name="fair"))
    made = store.conversations.create("C", project_id=project.project_id)
    assert made.project_folder == "/home/me/fair"
    assert store.conversations.card("a-id").project_folder is None
    assert store.conversations.pinned_first(project_id=project.project_id) == (made,)
