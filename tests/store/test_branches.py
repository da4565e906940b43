"""A branch is read a page at a time from its end, with what lies beside each turn, and without bytes of pictures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.answer import Sent
from aspen.core.errors import NotFound
from aspen.core.message import File, Image, Message, Part, Role, Text
from aspen.core.model_card import Zone
from aspen.store.branches import BranchPage, HeldPicture
from aspen.store.outcome import Outcome
from aspen.store.store import Store
from aspen.store.turns import KeptTurn
from fakes.turns import turn_of


@pytest.fixture(autouse=True)
def conversation(store: Store) -> None:
    store.conversations.create(conversation_id="c")


def answer(turn_id: str, parent_id: str) -> KeptTurn:
    kept = turn_of(turn_id, parent_id)
    return replace(kept, turn=replace(kept.turn, message=Message.of_text(Role.ASSISTANT, "answer")))


def ids(page: BranchPage) -> list[str]:
    return [shown.kept.turn.turn_id for shown in page.turns]


def test_pages_go_upwards_and_miss_nothing(store: Store) -> None:
    for number in range(10):
        store.turns.save("c", turn_of(f"t{number}", f"t{number - 1}" if number else None))
    page = store.branches.page_to("c", "t9", count=4)
    assert (ids(page), page.has_more) == (["t6", "t7", "t8", "t9"], True)
    page = store.branches.page_above("c", "t6", count=4)
    assert (ids(page), page.has_more) == (["t2", "t3", "t4", "t5"], True)
    page = store.branches.page_above("c", "t2", count=4)
    assert (ids(page), page.has_more) == (["t0", "t1"], False)
    assert store.branches.page_above("c", "t0") == BranchPage()
    assert store.branches.page_to("c", "t9", count=10).has_more is False


def test_a_page_reaches_up_to_the_turn_that_is_looked_for(store: Store) -> None:
    for number in range(10):
        store.turns.save("c", turn_of(f"t{number}", f"t{number - 1}" if number else None))
    page = store.branches.page_to("c", "t9", count=2, up_to_id="t5")
    assert (ids(page)[0], len(page.turns), page.has_more) == ("t5", 5, True)
    assert len(store.branches.page_to("c", "t9", count=2, up_to_id="t9").turns) == 2
    assert len(store.branches.page_to("c", "t3", count=2, up_to_id="t9").turns) == 2


def test_siblings_are_the_other_versions_of_the_same_turn(store: Store) -> None:
    for kept in (
        *(turn_of("q"), answer("a", "q"), answer("a2", "q"), turn_of("beside", "q"), turn_of("q2")),
        *(turn_of("next", "a"), answer("end", "next")),
    ):
        store.turns.save("c", kept)
    page = store.branches.page_to("c", "end")
    assert [shown.siblings for shown in page.turns] == [("q", "q2"), ("a", "a2"), ("next",), ("end",)]
    assert [shown.siblings for shown in store.branches.page_above("c", "next", count=1).turns] == [("a", "a2")]


def test_the_end_of_a_branch_is_where_it_was_last_spoken_in(store: Store) -> None:
    for turn_id, parent_id in [("q", None), ("a", "q"), ("b", "a"), ("a2", "q"), ("b2", "a"), ("d", "b"), ("q2", None)]:
        store.turns.save("c", turn_of(turn_id, parent_id))
    newest = {turn_id: store.branches.newest_below("c", turn_id) for turn_id in ("q", "a", "b", "a2", "b2", "d", "q2")}
    assert newest == {"q": "d", "a": "d", "b": "d", "a2": "a2", "b2": "b2", "d": "d", "q2": "q2"}


def test_pictures_stand_apart_without_their_bytes(store: Store) -> None:
    picture = Image(media_type="image/png", encoded=b"\x89PNG" * 100)
    file = File(name="notes.txt", text="lines")
    store.turns.save("c", turn_of("t", words="see", parts=(picture, file)))
    [shown] = store.branches.page_to("c", "t").turns
    expected: tuple[Part, ...] = (Text(text="see"), file)
    assert shown.kept.turn.message.parts == expected
    [held] = shown.pictures
    assert isinstance(held, HeldPicture)
    assert (held.media_type, held.size_bytes) == ("image/png", 400)
    assert store.blobs.read(held.sha256) == picture.encoded


def test_what_is_known_of_an_answer_is_there_while_it_grows_and_afterwards(store: Store) -> None:
    early = Outcome(zone=Zone.CLOUD, sent=Sent(sequence=7, provider="acme", body_bytes=612))
    store.turns.save("c", turn_of("q"))
    store.turns.save("c", replace(answer("a", "q"), is_complete=False, outcome=early))
    assert store.branches.page_to("c", "a").turns[-1].kept.outcome == early
    late = replace(early, zone=Zone.MACHINE)
    store.turns.save("c", replace(answer("a", "q"), outcome=late))
    assert store.turns.path("c")[-1].outcome == late


def test_a_turn_of_another_conversation_is_not_shown(store: Store) -> None:
    store.conversations.create(conversation_id="other")
    store.turns.save("other", turn_of("there"))
    for ask in (store.branches.page_to, store.branches.page_above, store.branches.newest_below):
        for turn_id in ("there", "nowhere"):
            with pytest.raises(NotFound):
                ask("c", turn_id)
