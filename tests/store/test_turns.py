"""A conversation is a tree of turns: nothing is overwritten, nothing doubled, no label made laxer by itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.conversation import Turn
from aspen.core.decision import Considered, Decision, Reason, Refusal, Route
from aspen.core.errors import Misused, NotFound, StoreDamaged
from aspen.core.label import PUBLIC, Label, LabelSource, Sensitivity
from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.database.connection import open_database
from aspen.store.store import Store, open_store
from aspen.store.turns import ChildTurn, KeptTurn
from fakes.fixed_clock import FixedClock
from fakes.turns import MOMENT, turn_of

PARTS: tuple[Part, ...] = (
    Thinking(text="hm", signature="sig==", dialect="anthropic"),
    Text(text="a\u0000b \ud83d Ärger 🎪"),
    Image(media_type="image/png", encoded=b"\x89PNG picture"),
    File(name="notes.txt", text="lines"),
    ToolCall(call_id="1", name="look", arguments='{"a": 1}', signature="s2"),
    ToolResult(call_id="1", text="found"),
)
REASON = Reason(code="label", words="It stays here.")
DECISIONS: list[Decision] = [
    Route(model="m", reasons=(REASON,), considered=(Considered(model="n", reason=REASON),), flips=("allow it",)),
    Refusal(reasons=(REASON, REASON), remedies=("aspen ask --model local",)),
]
STAYS = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED, reasons=("client",))


@pytest.fixture(autouse=True)
def conversation(store: Store) -> None:
    store.conversations.create("Fair", conversation_id="c")


def ids(turns: tuple[KeptTurn, ...]) -> list[str]:
    return [kept.turn.turn_id for kept in turns]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("decision", [None, *DECISIONS])
def test_a_turn_comes_back_as_it_was(store: Store, role: Role, decision: Decision | None) -> None:
    message = Message(role=role, parts=PARTS, label=STAYS)
    turn = Turn(turn_id="t", parent_id=None, message=message, decision_id="d1", created_at=MOMENT)
    kept = KeptTurn(turn=turn, decision=decision)
    store.turns.save("c", kept)
    assert store.turns.tree("c") == store.turns.path("c") == (kept,)


def test_a_path_is_the_branch_and_a_tree_is_everything(store: Store) -> None:
    for turn_id, parent_id in [("a", None), ("b", "a"), ("c", "b"), ("b2", "a"), ("c2", "b2")]:
        store.turns.save("c", turn_of(turn_id, parent_id))
    assert ids(store.turns.path("c")) == ["a", "b2", "c2"]
    assert ids(store.turns.path("c", "c")) == ["a", "b", "c"]
    assert ids(store.turns.tree("c")) == ["a", "b", "c", "b2", "c2"]
    assert store.turns.conversation("c").path_to("c") == tuple(kept.turn for kept in store.turns.path("c", "c"))
    store.turns.choose("c", "b")
    assert ids(store.turns.path("c")) == ["a", "b"]


def test_what_follows_a_turn_is_told_without_its_words(store: Store) -> None:
    store.turns.save("c", turn_of("a", label=STAYS))
    store.turns.save("c", turn_of("b", "a", label=PUBLIC))
    store.turns.save("c", turn_of("b2", "a"))
    store.turns.save("c", turn_of("d", "b"))
    store.turns.save("c", turn_of("a2"))
    for parent_id in (None, "a", "b", "d"):
        below = [kept.turn for kept in store.turns.tree("c")]
        assert store.turns.children("c", parent_id) == tuple(
            ChildTurn(
                role=turn.message.role,
                label=turn.message.label,
                has_children=any(each.parent_id == turn.turn_id for each in below),
            )
            for turn in below
            if turn.parent_id == parent_id
        )
    assert [each.has_children for each in store.turns.children("c", None)] == [True, False]
    assert store.turns.children("other", None) == ()


def test_an_answer_grows_in_its_row_until_it_is_complete(store: Store, clock: FixedClock) -> None:
    store.turns.save("c", turn_of("q"))
    for words in ("", "Once", "Once upon"):
        clock.advance(1)
        store.turns.save("c", turn_of("a", "q", words, is_complete=False))
        assert [(kept.turn.message.text, kept.is_complete) for kept in store.turns.tree("c")[1:]] == [(words, False)]
    store.turns.save("c", turn_of("a", "q", "Once upon a time"))
    store.turns.save("c", turn_of("a", "q", "Once upon a time"))
    store.turns.save("c", turn_of("a", "q", "Once", is_complete=False))  # an autosave that comes late
    assert [kept.turn.message.text for kept in store.turns.tree("c")] == ["words", "Once upon a time"]
    assert store.turns.tree("c")[1].is_complete
    assert store.conversations.card("c").changed_at == clock.now()


def test_what_is_complete_is_never_overwritten(store: Store) -> None:
    store.turns.save("c", turn_of("a", words="first"))
    with pytest.raises(Misused, match="complete"):
        store.turns.save("c", turn_of("a", words="second"))
    assert store.turns.path("c")[0].turn.message.text == "first"


def test_a_turn_keeps_its_place(store: Store) -> None:
    store.conversations.create(conversation_id="other")
    store.turns.save("c", turn_of("a"))
    store.turns.save("c", turn_of("b", "a"))
    answer = turn_of("b", "a")
    elsewhere = replace(answer, turn=replace(answer.turn, message=replace(answer.turn.message, role=Role.ASSISTANT)))
    for conversation_id, kept in [("other", turn_of("b", "a")), ("c", turn_of("b")), ("c", elsewhere)]:
        with pytest.raises(Misused, match="another place"):
            store.turns.save(conversation_id, kept)


def test_a_turn_hangs_on_one_of_its_own_conversation(store: Store) -> None:
    store.conversations.create(conversation_id="other")
    store.turns.save("other", turn_of("there"))
    for conversation_id, parent_id in [("c", "there"), ("c", "nowhere"), ("gone", None), ("c", "self")]:
        with pytest.raises(NotFound):
            store.turns.save(conversation_id, turn_of("self", parent_id))
    with pytest.raises(NotFound):
        store.turns.path("c", "there")
    with pytest.raises(NotFound):
        store.turns.choose("c", "there")
    assert store.turns.tree("c") == ()
    assert store.turns.path("c") == ()
    for conversation_id in ("gone",):
        with pytest.raises(NotFound):
            store.turns.path(conversation_id)
        with pytest.raises(NotFound):
            store.turns.conversation(conversation_id)


def test_writing_again_never_makes_a_label_laxer_but_a_person_can(store: Store) -> None:
    def label() -> Label:
        return store.turns.tree("c")[0].turn.message.label

    store.turns.save("c", turn_of("a", label=PUBLIC, is_complete=False))
    assert label() == PUBLIC
    store.turns.save("c", turn_of("a", label=STAYS))
    assert label() == STAYS
    store.turns.save("c", turn_of("a", label=PUBLIC))
    assert label() == STAYS
    store.turns.declare_label("a", PUBLIC)
    assert label() == PUBLIC
    with pytest.raises(NotFound):
        store.turns.declare_label("nobody", PUBLIC)


def test_a_very_long_conversation_is_walked_and_purged_whole(store: Store) -> None:
    for number in range(1500):
        store.turns.save("c", turn_of(str(number), str(number - 1) if number else None))
    assert len(store.turns.path("c")) == 1500
    store.conversations.purge("c")
    assert store.turns.tree("c") == ()


def test_a_row_that_cannot_be_read_is_damage_and_its_label_stays_here(store: Store, clock: FixedClock) -> None:
    store.turns.save("c", turn_of("a", label=PUBLIC))
    store.close()
    with open_database(store.path) as connection:
        connection.execute("UPDATE turns SET reasons = '{}'")
    with open_store(store.path, None, clock.now) as again:
        label = again.turns.tree("c")[0].turn.message.label
        assert (label.sensitivity, label.source) == (Sensitivity.PRIVATE, LabelSource.DETECTED)
    with open_database(store.path) as connection:
        connection.execute("""UPDATE turns SET parts = '[{"kind": "smell"}]'""")
    with open_store(store.path, None, clock.now) as again, pytest.raises(StoreDamaged, match="turn a"):
        again.turns.tree("c")
