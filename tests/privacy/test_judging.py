"""What the rules say of one request, by example; the laws stand in tests/laws."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from aspen.core.egress import Hint
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.policy import Cleared, Denied, Facts, Hours, Judgement, LocalTime, MustAsk, Policy, Rule, Then
from aspen.core.request import Purpose
from aspen.privacy.judging import judge

MARKETING = "/home/ada/marketing"
CASES = "/home/ada/cases/notes.txt"

FACTS = Facts(label=PUBLIC, zone=Zone.CLOUD, provider="anthropic", model="big", purpose=Purpose.CHAT)
DECLARED = Label(
    sensitivity=Sensitivity.PRIVATE,
    source=LabelSource.DECLARED,
    reasons=("notes.txt stays on this computer (folder ~/cases)",),
)
DETECTED = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=("Contains a card number",))
INTERNAL = Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED)
HINTED = replace(FACTS, hints=(Hint(kind="phone number", count=1), Hint(kind="e-mail address", count=2)))
ASK = Rule(then=Then.ASK, line=3)
ALLOW = Rule(then=Then.ALLOW, line=5)
DENY = Rule(then=Then.DENY, line=9, note="contract")


def _judge(facts: Facts, *rules: Rule) -> Judgement:
    return judge(facts, Policy(rules=rules))


@pytest.mark.parametrize("label", [UNSET, PUBLIC, INTERNAL, DECLARED, DETECTED])
def test_a_model_on_this_machine_may_see_everything(label: Label) -> None:
    assert isinstance(_judge(replace(FACTS, zone=Zone.MACHINE, label=label), DENY), Cleared)


@pytest.mark.parametrize(
    ("label", "cloud", "own_servers"),
    [
        (PUBLIC, Cleared, Cleared),
        (INTERNAL, Denied, Cleared),
        (DECLARED, Denied, Denied),
        (DETECTED, Denied, Denied),
        (UNSET, Denied, Denied),
    ],
)
def test_each_label_reaches_as_far_as_it_says(
    label: Label, cloud: type[Judgement], own_servers: type[Judgement]
) -> None:
    assert isinstance(_judge(replace(FACTS, label=label)), cloud)
    assert isinstance(_judge(replace(FACTS, label=label, zone=Zone.OWN_SERVERS)), own_servers)


@pytest.mark.parametrize("zone", [Zone.CLOUD, Zone.OWN_SERVERS])
def test_a_person_who_names_a_model_is_asked_for_words_just_typed(zone: Zone) -> None:
    typed = replace(FACTS, label=UNSET, zone=zone)
    assert isinstance(_judge(replace(typed, is_named=True)), MustAsk)
    denied = _judge(typed)
    assert isinstance(denied, Denied)
    assert denied.remedies[-1] == "Say so: aspen ask --label may-leave …"


def test_files_that_nobody_labelled_name_the_command_that_would_let_them_go() -> None:
    denied = _judge(replace(FACTS, label=UNSET, paths=(CASES,)))
    assert isinstance(denied, Denied)
    assert denied.remedies == (
        "Answer here: aspen ask --model local …",
        "Let it go there: aspen allow /home/ada/cases/notes.txt --to anthropic",
    )


def test_a_yes_to_words_just_typed_does_not_reach_what_may_go_to_own_servers_alone() -> None:
    mixed = UNSET.join(Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DECLARED))
    named = replace(FACTS, label=mixed, is_named=True)
    assert isinstance(_judge(replace(named, zone=Zone.CLOUD)), Denied)
    assert isinstance(_judge(replace(named, zone=Zone.OWN_SERVERS)), MustAsk)


def test_what_was_declared_says_what_stays_and_how_to_change_it() -> None:
    denied = _judge(replace(FACTS, label=DECLARED, paths=("/home/ada/my cases/notes.txt",)), ALLOW)
    assert denied == Denied(
        reasons=("notes.txt stays on this computer (folder ~/cases).",),
        remedies=(
            "Answer here: aspen ask --model local …",
            "Where that is not right, change it first: aspen label '/home/ada/my cases/notes.txt' …",
        ),
    )


def test_what_was_detected_says_what() -> None:
    denied = _judge(replace(FACTS, label=DETECTED, is_named=True), ALLOW)
    assert isinstance(denied, Denied)
    assert denied.reasons == ("Contains a card number.",)


def test_words_for_one_provider_go_to_no_other() -> None:
    label = replace(PUBLIC, providers=frozenset({"openai", "mistral"}))
    assert isinstance(_judge(replace(FACTS, label=label, provider="openai")), Cleared)
    denied = _judge(replace(FACTS, label=label, paths=(MARKETING,)), ALLOW)
    assert isinstance(denied, Denied)
    assert denied.reasons == ("This may leave to mistral or openai alone, and not to anthropic.",)
    assert denied.remedies[-1] == "Let it go there: aspen allow /home/ada/marketing --to anthropic"


def test_words_for_no_provider_in_common_go_to_none() -> None:
    denied = _judge(replace(FACTS, label=replace(PUBLIC, providers=frozenset())))
    assert isinstance(denied, Denied)
    assert denied.reasons == ("Nothing lets all of this go to anthropic.",)


@pytest.mark.parametrize("purpose", [purpose for purpose in Purpose if purpose is not Purpose.CHAT])
def test_background_work_stays_here_however_public(purpose: Purpose) -> None:
    assert isinstance(_judge(replace(FACTS, purpose=purpose), ALLOW), Denied)


def test_what_a_detector_saw_is_shown_first_unless_a_rule_allows_it() -> None:
    assert _judge(HINTED) == MustAsk(reasons=("Contains 1 phone number, 2 e-mail addresses.",))
    assert _judge(HINTED, ALLOW) == Cleared(reasons=("Line 5 of your rules: this may go to anthropic.",))


def test_the_first_of_allow_and_ask_wins() -> None:
    assert isinstance(_judge(HINTED, ALLOW, ASK), Cleared)
    assert isinstance(_judge(HINTED, ASK, ALLOW), MustAsk)
    assert _judge(FACTS, ASK, ALLOW) == MustAsk(reasons=("Line 3 of your rules: ask before this goes to anthropic.",))


def test_a_denial_wins_wherever_it_stands_and_quotes_its_line_and_note() -> None:
    assert _judge(FACTS, ALLOW, DENY) == Denied(
        reasons=("Line 9 of your rules (contract): this does not go to anthropic.",),
        remedies=("Answer here: aspen ask --model local …",),
    )


@pytest.mark.parametrize(
    "condition",
    [
        {"to": frozenset({"openai"})},
        {"models": frozenset({"small"})},
        {"purposes": frozenset({Purpose.TITLE})},
        {"projects": frozenset({"fair"})},
        {"paths": (MARKETING,)},
        {"costs_over_microdollars": 100},
        {"to": frozenset({"anthropic"}), "models": frozenset({"small"})},
    ],
)
def test_a_rule_holds_only_when_all_of_its_conditions_do(condition: dict[str, Any]) -> None:
    facts = replace(FACTS, worst_cost_microdollars=100)
    assert isinstance(_judge(facts, replace(DENY, **condition)), Cleared)


@pytest.mark.parametrize(
    "condition",
    [
        {"to": frozenset({"openai", "anthropic"})},
        {"models": frozenset({"big"})},
        {"purposes": frozenset({Purpose.CHAT})},
        {"projects": frozenset({"fair"})},
        {"paths": ("/srv", MARKETING)},
        {"costs_over_microdollars": 100},
    ],
)
def test_a_rule_holds_when_its_condition_does(condition: dict[str, Any]) -> None:
    facts = replace(FACTS, project="fair", paths=(f"{MARKETING}/a.txt", "/x"), worst_cost_microdollars=101)
    assert isinstance(_judge(facts, replace(DENY, **condition)), Denied)


def test_a_label_means_or_stricter_where_a_rule_restricts_and_or_laxer_where_it_loosens() -> None:
    own = replace(HINTED, zone=Zone.OWN_SERVERS, label=INTERNAL)
    public_only, internal_only = frozenset({Sensitivity.PUBLIC}), frozenset({Sensitivity.INTERNAL})
    assert isinstance(_judge(own, replace(DENY, labels=public_only)), Denied)
    assert isinstance(_judge(HINTED, replace(DENY, labels=internal_only)), MustAsk)
    assert isinstance(_judge(own, replace(ALLOW, labels=public_only)), MustAsk)
    assert isinstance(_judge(HINTED, replace(ALLOW, labels=internal_only)), Cleared)


def test_one_file_is_enough_to_restrict_and_all_are_needed_to_loosen() -> None:
    both = replace(HINTED, paths=(f"{MARKETING}/a.txt", "/elsewhere/b.txt"))
    here = replace(both, paths=(f"{MARKETING}/a.txt",))
    allow = replace(ALLOW, paths=(MARKETING,))
    assert isinstance(_judge(both, replace(DENY, paths=(MARKETING,))), Denied)
    assert isinstance(_judge(both, allow), MustAsk)
    assert isinstance(_judge(here, allow), Cleared)
    assert isinstance(_judge(HINTED, allow), MustAsk)


def test_a_price_that_nobody_knows_is_over_every_amount_where_a_rule_restricts() -> None:
    assert isinstance(_judge(FACTS, replace(ASK, costs_over_microdollars=10**12)), MustAsk)
    assert isinstance(_judge(HINTED, replace(ALLOW, costs_over_microdollars=0)), MustAsk)


NIGHT = Hours(from_minute=22 * 60, to_minute=6 * 60)
DAY = Hours(from_minute=9 * 60, to_minute=17 * 60)
SATURDAY = 5


@pytest.mark.parametrize(
    ("between", "minute", "is_within"),
    [
        (NIGHT, 1319, False),
        (NIGHT, 1320, True),
        (NIGHT, 0, True),
        (NIGHT, 359, True),
        (NIGHT, 360, False),
        (DAY, 539, False),
        (DAY, 540, True),
        (DAY, 1019, True),
        (DAY, 1020, False),
        (Hours(from_minute=0, to_minute=1440), 1439, True),
        (Hours(from_minute=1320, to_minute=0), 1439, True),
        (Hours(from_minute=1320, to_minute=0), 0, False),
    ],
)
def test_hours_hold_from_their_first_minute_up_to_their_last_also_past_midnight(
    between: Hours, minute: int, is_within: bool
) -> None:
    facts = replace(FACTS, local_time=LocalTime(minute=minute, weekday=SATURDAY))
    assert isinstance(_judge(facts, replace(DENY, between=between)), Denied if is_within else Cleared)


@pytest.mark.parametrize(("minute", "weekday", "is_within"), [(1380, 4, True), (60, 5, True), (60, 4, False)])
def test_hours_past_midnight_belong_to_the_day_on_which_they_begin(minute: int, weekday: int, is_within: bool) -> None:
    friday_night = replace(DENY, between=NIGHT, days=frozenset({4}))
    facts = replace(FACTS, local_time=LocalTime(minute=minute, weekday=weekday))
    assert isinstance(_judge(facts, friday_night), Denied if is_within else Cleared)


def test_days_without_hours_are_whole_days() -> None:
    weekend = replace(DENY, days=frozenset({5, 6}))
    for weekday, outcome in ((4, Cleared), (5, Denied), (6, Denied), (0, Cleared)):
        assert isinstance(_judge(replace(FACTS, local_time=LocalTime(minute=0, weekday=weekday)), weekend), outcome)


def test_a_time_that_nobody_knows_lies_within_all_hours_where_a_rule_restricts_and_within_none_where_it_loosens() -> (
    None
):
    assert isinstance(_judge(FACTS, replace(DENY, between=NIGHT)), Denied)
    assert isinstance(_judge(FACTS, replace(ASK, days=frozenset({0}))), MustAsk)
    assert isinstance(_judge(HINTED, replace(ALLOW, between=NIGHT)), MustAsk)


def test_a_size_counts_from_one_byte_more() -> None:
    rule = replace(DENY, larger_than_bytes=1000)
    assert isinstance(_judge(replace(FACTS, body_bytes=1000), rule), Cleared)
    assert isinstance(_judge(replace(FACTS, body_bytes=1001), rule), Denied)


def test_a_size_that_is_not_known_yet_leaves_the_rule_to_the_gate_and_loosens_nothing() -> None:
    assert isinstance(_judge(FACTS, replace(DENY, larger_than_bytes=0)), Cleared)
    assert isinstance(_judge(HINTED, replace(ALLOW, larger_than_bytes=0)), MustAsk)


def test_no_rule_changes_what_a_person_or_a_detector_has_said() -> None:
    for label in (DECLARED, DETECTED, UNSET):
        assert isinstance(_judge(replace(FACTS, label=label), ALLOW), Denied)


def test_a_rule_spares_the_question_for_words_that_a_person_typed_for_a_named_model() -> None:
    assert isinstance(_judge(replace(FACTS, label=UNSET, is_named=True), ALLOW), Cleared)
