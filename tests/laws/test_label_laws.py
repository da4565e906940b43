"""Joining labels: associative, commutative, idempotent, and never laxer than what went in."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from strategies import labels

from aspen.core.label import Label, join_all


@given(a=labels, b=labels, c=labels)
def test_joining_is_associative(a: Label, b: Label, c: Label) -> None:
    assert a.join(b).join(c) == a.join(b.join(c))


@given(a=labels, b=labels)
def test_joining_is_commutative(a: Label, b: Label) -> None:
    assert a.join(b) == b.join(a)


@given(a=labels)
def test_joining_is_idempotent(a: Label) -> None:
    assert a.join(a) == a


@given(a=labels, b=labels)
def test_joining_is_never_laxer(a: Label, b: Label) -> None:
    assert a.join(b).sensitivity == max(a.sensitivity, b.sensitivity)


@given(a=labels, b=labels)
def test_what_a_yes_cannot_make_laxer_is_never_laxer_joined(a: Label, b: Label) -> None:
    assert a.join(b).floor == max(a.floor, b.floor)


@given(a=labels, b=labels, provider=st.sampled_from(["anthropic", "openai", "rack", "another"]))
def test_words_go_to_those_whom_both_labels_name(a: Label, b: Label, provider: str) -> None:
    assert a.join(b).allows(provider) == (a.allows(provider) and b.allows(provider))


@given(joined=st.lists(labels, min_size=1, max_size=4))
def test_the_order_of_what_is_joined_never_matters(joined: list[Label]) -> None:
    assert len({join_all(order) for order in permutations(joined)}) == 1


@given(joined=st.lists(labels, min_size=1, max_size=4), another=labels)
def test_adding_something_never_makes_the_whole_laxer(joined: list[Label], another: Label) -> None:
    assert join_all([*joined, another]).sensitivity >= join_all(joined).sensitivity
