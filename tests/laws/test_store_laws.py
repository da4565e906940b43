"""What is remembered is what was said: trees, labels, and the label of a file, for any values."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import labels, messages

from aspen.core.conversation import Turn
from aspen.core.label import UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Role
from aspen.privacy.path_rules import DeclaredPath, PathFacts, Place, label_of_path
from aspen.store.store import open_store
from aspen.store.turns import KeptTurn
from fakes.turns import MOMENT


def _labelled(message: Message, label: Label) -> Message:
    return replace(message, label=label)


def _to(label: Label, providers: frozenset[str] | None) -> Label:
    return replace(label, providers=providers)


PROVIDERS = st.none() | st.frozensets(st.sampled_from(["anthropic", "openai", "google"]))
LABELS = st.builds(_to, labels, PROVIDERS)
STRICT = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)

# A tree as the parent of each turn: the root has none, every other one hangs on an earlier one.
TREES = st.lists(st.integers(0, 10**6), max_size=8).map(
    lambda draws: [None, *(draw % number for number, draw in enumerate(draws, start=1))]
)
ABOVE = ["/a/b/c", "/a/b", "/a", "/"]
DECLARED = st.lists(
    st.builds(DeclaredPath, path=st.sampled_from(ABOVE), label=LABELS, is_folder=st.just(True)), max_size=5
)
FACTS = PathFacts(real=tuple(Place(path=path) for path in ABOVE))


def turns_of(parents: list[int | None], said: list[Message]) -> list[KeptTurn]:
    return [
        KeptTurn(
            turn=Turn(
                turn_id=f"t{number}",
                parent_id=None if parent is None else f"t{parent}",
                message=said[number % len(said)],
                decision_id=None,
                created_at=MOMENT,
            )
        )
        for number, parent in enumerate(parents)
    ]


@settings(max_examples=25)
@given(parents=TREES, said=st.lists(st.builds(_labelled, messages, LABELS), min_size=1, max_size=3))
def test_a_tree_comes_back_after_opening_again(parents: list[int | None], said: list[Message]) -> None:
    turns = turns_of(parents, said)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "store.sqlite"
        with open_store(path, None) as store:
            store.conversations.create(conversation_id="c")
            for kept in (*turns, *turns):
                store.turns.save("c", kept)
        with open_store(path, bytes(32)) as store:
            assert list(store.turns.tree("c")) == turns
            conversation = store.turns.conversation("c")
            for kept in turns:
                branch = tuple(each.turn for each in store.turns.path("c", kept.turn.turn_id))
                assert branch == conversation.path_to(kept.turn.turn_id)


@settings(max_examples=25)
@given(written=st.lists(LABELS, min_size=1, max_size=4))
def test_a_turn_that_is_written_again_carries_the_join(written: list[Label]) -> None:
    (kept,) = turns_of([None], [Message(role=Role.USER, parts=())])
    expected = written[0]
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "store.sqlite", None) as store:
        store.conversations.create(conversation_id="c")
        for number, label in enumerate(written):
            expected = label if number == 0 else expected.join(label)
            message = replace(kept.turn.message, label=label)
            store.turns.save("c", replace(kept, turn=replace(kept.turn, message=message)))
            assert store.turns.tree("c")[0].turn.message.label == expected


@settings(max_examples=50)
@given(declared=DECLARED, at=st.sampled_from(ABOVE))
def test_no_declaration_gets_past_an_enclosing_one_that_stays_here(declared: list[DeclaredPath], at: str) -> None:
    enclosing = DeclaredPath(path=at, label=STRICT, is_folder=True)
    found = label_of_path(FACTS, [*declared, enclosing])
    assert (found.sensitivity, found.source) == (Sensitivity.PRIVATE, LabelSource.DECLARED)


@settings(max_examples=50)
@given(declared=DECLARED)
def test_what_lies_above_the_nearest_declaration_matters_only_when_it_stays_here(declared: list[DeclaredPath]) -> None:
    nearest = next((path for path in ABOVE if any(each.path == path for each in declared)), None)
    if nearest is None:
        assert label_of_path(FACTS, declared) == UNSET
        return
    counted = [each for each in declared if each.path == nearest or each.stays_here]
    assert label_of_path(FACTS, declared) == label_of_path(FACTS, counted)


@settings(max_examples=50)
@given(declared=DECLARED)
def test_another_way_to_a_file_never_makes_its_label_laxer(declared: list[DeclaredPath]) -> None:
    other = (Place(path="/x/y"), Place(path="/x"), Place(path="/"))
    seen = replace(FACTS, others=(other,))
    assert label_of_path(seen, declared).sensitivity >= label_of_path(FACTS, declared).sensitivity
