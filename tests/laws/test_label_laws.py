"""Joining labels: associative, commutative, idempotent, and never laxer than what went in."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st
from strategies import labels

from aspen.core.label import UNSET, Label, join_all


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


@given(joined=st.lists(labels, min_size=1, max_size=4))
def test_the_order_of_what_is_joined_never_matters(joined: list[Label]) -> None:
    assert len({join_all(order) for order in permutations(joined)}) == 1


@given(joined=st.lists(labels, max_size=4), another=labels)
def test_adding_something_never_makes_the_whole_laxer(joined: list[Label], another: Label) -> None:
    before = join_all(joined) if joined else UNSET.join(another)
    assert join_all([*joined, another]).sensitivity >= (before.sensitivity if joined else another.sensitivity)
