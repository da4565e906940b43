"""For any rules: what stays here stays here, and whatever is made stricter never leads further."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from policy_strategies import denials, departures, facts, label_policies, labels, moments, policies, rules_that

from aspen.core.label import UNSET, Label, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.policy import Cleared, Denied, Facts, Judgement, Policy, Rule, Then
from aspen.core.request import Purpose
from aspen.privacy.judging import judge

_STRICTNESS = ("Cleared", "MustAsk", "Denied")


def _strictness(judgement: Judgement) -> int:
    return _STRICTNESS.index(type(judgement).__name__)


@given(told=facts, policy=policies)
def test_what_was_said_or_seen_to_stay_here_is_never_let_out(told: Facts, policy: Policy) -> None:
    source = max(told.label.source, LabelSource.DETECTED)
    label = Label(sensitivity=Sensitivity.PRIVATE, source=source, providers=told.label.providers)
    judgement = judge(replace(told, label=label), policy)
    assert isinstance(judgement, Cleared if told.zone is Zone.MACHINE else Denied)


@given(told=facts, policy=policies)
def test_what_nobody_labelled_leaves_only_as_words_typed_for_a_named_model(told: Facts, policy: Policy) -> None:
    judgement = judge(replace(told, label=replace(UNSET, providers=told.label.providers)), policy)
    if told.zone is not Zone.MACHINE and not isinstance(judgement, Denied):
        assert told.is_named


@given(told=facts, policy=policies)
def test_words_for_own_servers_never_reach_a_cloud(told: Facts, policy: Policy) -> None:
    label = Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED)
    for joined in (label, label.join(UNSET), label.join(told.label)):
        assert isinstance(judge(replace(told, label=joined, zone=Zone.CLOUD), policy), Denied)


@given(told=facts, policy=policies)
def test_background_work_never_leaves(told: Facts, policy: Policy) -> None:
    if told.zone is not Zone.MACHINE and told.purpose is not Purpose.CHAT:
        assert isinstance(judge(told, policy), Denied)


@given(told=facts, policy=policies)
def test_words_reach_no_provider_that_their_label_does_not_name(told: Facts, policy: Policy) -> None:
    if told.zone is not Zone.MACHINE and not told.label.allows(told.provider):
        assert isinstance(judge(told, policy), Denied)


@given(told=facts, policy=policies, denial=denials)
def test_one_more_denial_never_lets_anything_go_further(told: Facts, policy: Policy, denial: Rule) -> None:
    more = replace(policy, rules=(denial, *policy.rules))
    assert _strictness(judge(told, more)) >= _strictness(judge(told, policy))


@given(told=facts, policy=policies, denial=denials)
def test_it_never_matters_where_a_denial_stands(told: Facts, policy: Policy, denial: Rule) -> None:
    first = replace(policy, rules=(denial, *policy.rules))
    last = replace(policy, rules=(*policy.rules, denial))
    assert _strictness(judge(told, first)) == _strictness(judge(told, last))


@given(told=departures, label=labels, joined=labels, policy=label_policies | label_policies | policies)
def test_a_stricter_label_never_lets_words_go_further(told: Facts, label: Label, joined: Label, policy: Policy) -> None:
    before = judge(replace(told, label=label), policy)
    after = judge(replace(told, label=label.join(joined)), policy)
    assert _strictness(after) >= _strictness(before)


@given(told=facts, policy=policies)
def test_a_hint_never_lets_words_go_further(told: Facts, policy: Policy) -> None:
    assert _strictness(judge(told, policy)) >= _strictness(judge(replace(told, hints=()), policy))


@given(told=facts, policy=policies)
def test_a_denial_always_says_why_and_rules_alone_decide_the_rest(told: Facts, policy: Policy) -> None:
    judgement = judge(told, policy)
    assert all(judgement.reasons)
    assert judge(told, replace(policy, version="another")) == judgement


@given(told=facts, policy=policies, allow=rules_that(Then.ALLOW), moment=moments, position=st.integers(0, 4))
def test_an_hour_or_a_size_added_to_what_allows_never_lets_words_go_further(
    told: Facts, policy: Policy, allow: Rule, moment: dict[str, Any], position: int
) -> None:
    bare = replace(allow, between=None, days=None, larger_than_bytes=None)
    before, after = policy.rules[:position], policy.rules[position:]
    without = judge(told, replace(policy, rules=(*before, bare, *after)))
    added = judge(told, replace(policy, rules=(*before, replace(bare, **moment), *after)))
    assert _strictness(added) >= _strictness(without)


@given(told=facts, policy=policies)
def test_a_time_that_nobody_knows_never_meets_a_rule_that_allows_because_of_it(told: Facts, policy: Policy) -> None:
    timeless = tuple(rule for rule in policy.rules if (rule.between, rule.days) == (None, None))
    kept = tuple(rule for rule in policy.rules if rule in timeless or rule.then is not Then.ALLOW)
    unknown = replace(told, local_time=None)
    assert judge(unknown, policy) == judge(unknown, replace(policy, rules=kept))


@given(told=facts, policy=policies, size=st.integers(0, 2000))
def test_a_size_that_nobody_knows_lends_no_rule_that_allows(told: Facts, policy: Policy, size: int) -> None:
    kept = tuple(rule for rule in policy.rules if rule.larger_than_bytes is None or rule.then is Then.ALLOW)
    allowing = replace(policy, rules=kept)
    unknown = judge(replace(told, body_bytes=None), allowing)
    assert _strictness(unknown) >= _strictness(judge(replace(told, body_bytes=size), allowing))


@given(told=facts, policy=policies, size=st.integers(0, 2000))
def test_what_passes_the_core_and_then_the_gate_goes_no_further_than_the_gate_lets_it(
    told: Facts, policy: Policy, size: int
) -> None:
    """Restricting rules on size that the core leaves out are all there again at the gate."""
    core = judge(replace(told, body_bytes=None), policy)
    sized = tuple(rule for rule in policy.rules if rule.larger_than_bytes is not None)
    unsized = tuple(rule for rule in policy.rules if rule not in sized)
    assert core == judge(replace(told, body_bytes=size), replace(policy, rules=unsized))
    denials = tuple(rule for rule in policy.rules if rule.then is Then.DENY)
    gate = judge(replace(told, body_bytes=size), replace(policy, rules=denials))
    assert _strictness(gate) >= _strictness(judge(replace(told, body_bytes=None), replace(policy, rules=denials)))
