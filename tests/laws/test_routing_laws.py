"""For any rules, any models and any request: what is private never leaves, and nothing goes where its label forbids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from policy_strategies import CANARY, candidates, denials, requests, situations

from aspen.core.decision import Decision, Route
from aspen.core.label import PUBLIC, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.policy import Ceilings, Rule
from aspen.core.request import Purpose, Request
from aspen.privacy.joining import with_joined_label
from aspen.routing.candidate import Candidate, Situation
from aspen.routing.choosing import choose
from aspen.routing.naming import reachable
from aspen.routing.needs import needs_of

_BY_CHOICE = {"auto", "local", "cloud"}


def _decide(request: Request, known: Sequence[Candidate], situation: Situation) -> Decision:
    return choose(with_joined_label(request), known, situation)


def _chosen(decision: Decision, known: Sequence[Candidate]) -> Candidate | None:
    """Who would be asked: of two with one name the nearer. None when the words go nowhere."""
    if not isinstance(decision, Route):
        return None
    order = list(Zone)
    return min((each for each in known if each.name == decision.model), key=lambda each: order.index(each.card.zone))


def _leaves(decision: Decision, known: Sequence[Candidate]) -> bool:
    chosen = _chosen(decision, known)
    return chosen is not None and chosen.card.zone is not Zone.MACHINE


@given(request_=requests, known=candidates, situation=situations)
def test_private_words_never_leave_the_machine(request_: Request, known: list[Candidate], situation: Situation) -> None:
    labels = [request_.label, *(message.label for message in request_.messages)]
    if any(label.sensitivity is Sensitivity.PRIVATE and label.source is not LabelSource.UNSET for label in labels):
        assert not _leaves(_decide(request_, known, situation), known)


@given(request_=requests, known=candidates, situation=situations)
def test_what_nobody_labelled_leaves_only_as_words_typed_for_a_named_model(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    label = with_joined_label(request_).label
    if label.source is LabelSource.UNSET and _leaves(_decide(request_, known, situation), known):
        assert situation.origin.is_named
        assert request_.wanted_model not in {"auto", "local"}


@given(request_=requests, known=candidates, situation=situations)
def test_nothing_goes_beyond_what_its_label_allows(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    chosen = _chosen(_decide(request_, known, situation), known)
    label = with_joined_label(request_).label
    if chosen is None or chosen.is_here or label.source is LabelSource.UNSET:
        return
    assert request_.purpose is Purpose.CHAT
    assert label.allows(chosen.provider)
    assert label.sensitivity <= (Sensitivity.PUBLIC if chosen.card.zone is Zone.CLOUD else Sensitivity.INTERNAL)


@given(request_=requests, known=candidates, situation=situations)
def test_in_airplane_mode_nothing_leaves(request_: Request, known: list[Candidate], situation: Situation) -> None:
    assert not _leaves(_decide(request_, known, replace(situation, is_airplane_mode=True)), known)


@given(request_=requests, known=candidates, situation=situations)
def test_a_ceiling_of_nothing_lets_only_out_what_costs_nothing(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    policy = replace(situation.policy, ceilings=Ceilings(request_microdollars=0))
    chosen = _chosen(_decide(request_, known, replace(situation, policy=policy)), known)
    if chosen is not None and not chosen.is_here:
        assert not chosen.worst_cost_microdollars


@given(request_=requests, known=candidates, situation=situations)
def test_auto_and_local_never_leave_while_a_local_model_could_answer(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    needs = needs_of(request_)
    able = [
        each
        for each in reachable(known)
        if each.is_here and not needs.missing_skills(each.card) and needs.excess_tokens(each.card) <= 0
    ]
    decision = _decide(replace(request_, wanted_model="auto"), known, situation)
    if able:
        assert not _leaves(decision, known)
    assert not _leaves(_decide(replace(request_, wanted_model="local"), known, situation), known)


@given(request_=requests, known=candidates, situation=situations)
def test_a_local_model_that_does_not_work_is_never_a_reason_to_leave(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    request = replace(request_, messages=(), label=PUBLIC, purpose=Purpose.CHAT, wanted_model="auto")
    broken = [replace(each, is_healthy=not each.is_here) for each in reachable(known)]
    needs = needs_of(request)
    if any(each.is_here and not needs.missing_skills(each.card) and each.card.context_tokens > 5000 for each in broken):
        assert not _leaves(_decide(request, broken, situation), broken)


@given(request_=requests, known=candidates, situation=situations)
def test_auto_never_chooses_what_somebody_would_have_to_see(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    decision = _decide(replace(request_, wanted_model="auto"), known, situation)
    if isinstance(decision, Route):
        assert "asks_first" not in {reason.code for reason in decision.reasons}


@given(request_=requests, known=candidates, situation=situations)
def test_a_request_goes_to_the_model_it_names_or_nowhere(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    chosen = _chosen(_decide(request_, known, situation), known)
    if chosen is not None and request_.wanted_model not in _BY_CHOICE:
        assert request_.wanted_model in (chosen.name, *chosen.card.aliases)
    if chosen is not None and request_.wanted_model in _BY_CHOICE:
        assert chosen.is_routable or chosen.is_here


@given(request_=requests, known=candidates, situation=situations)
def test_every_other_model_was_considered_and_something_spoke_against_it(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    decision = _decide(request_, known, situation)
    named = [considered.model for considered in decision.considered]
    if isinstance(decision, Route):
        assert sorted([decision.model, *named]) == sorted({each.name for each in known})
    assert len(named) == len(set(named))
    assert all(considered.reason.code and considered.reason.words for considered in decision.considered)
    assert decision.reasons


@given(request_=requests, known=candidates, situation=situations, denial=denials)
def test_one_more_denial_never_sends_a_named_request_further(
    request_: Request, known: list[Candidate], situation: Situation, denial: Rule
) -> None:
    stricter = replace(situation, policy=replace(situation.policy, rules=(*situation.policy.rules, denial)))
    if _leaves(_decide(request_, known, stricter), known):
        assert _leaves(_decide(request_, known, situation), known)


@given(request_=requests, known=candidates, situation=situations)
def test_no_decision_holds_a_word_that_was_said(
    request_: Request, known: list[Candidate], situation: Situation
) -> None:
    assert CANARY not in repr(_decide(request_, known, situation))
