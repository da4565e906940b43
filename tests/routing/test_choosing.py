"""Which model answers, by example; the laws stand in tests/laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from aspen.core.decision import Considered, Decision, Reason, Refusal, Route
from aspen.core.egress import Hint, Origin
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Image, Message, Role
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.policy import Ceilings, Policy, Rule, Then
from aspen.core.request import JsonSchema, Limits, Purpose, Request, Tool
from aspen.privacy.ceilings import Spent
from aspen.routing.candidate import Candidate, Situation
from aspen.routing.choosing import choose

CARD = ModelCard(
    name="smol",
    zone=Zone.MACHINE,
    dialect="openai_chat",
    context_tokens=2048,
    skills=frozenset({Skill.CHAT}),
    source="starter",
)
LOCAL = Candidate(card=CARD)
CLOUD = Candidate(
    card=replace(
        CARD,
        name="big",
        zone=Zone.CLOUD,
        source="anthropic",
        context_tokens=200_000,
        skills=frozenset({Skill.CHAT, Skill.TOOLS, Skill.VISION, Skill.SCHEMA}),
        aliases=("big-latest",),
    ),
    worst_cost_microdollars=1000,
)
OTHER_CLOUD = replace(CLOUD, card=replace(CLOUD.card, name="huge", source="openai", aliases=()))
OURS = Candidate(
    card=replace(CARD, name="ours", zone=Zone.OWN_SERVERS, source="rack", context_tokens=8192),
    worst_cost_microdollars=0,
)
PRACTICE = replace(CLOUD, card=replace(CLOUD.card, name="echo", source="practice", aliases=()), is_routable=False)
ALL = (CLOUD, OTHER_CLOUD, LOCAL, OURS, PRACTICE)

DECLARED = Label(
    sensitivity=Sensitivity.PRIVATE,
    source=LabelSource.DECLARED,
    reasons=("notes.txt stays on this computer (folder ~/cases)",),
)
DETECTED = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=("a card number in line 3",))
ASKED = Request(request_id="1", messages=(Message.of_text(Role.USER, "Hello"),), label=PUBLIC)
LONG = replace(ASKED, messages=(Message.of_text(Role.USER, "x" * 9000),))
TOOL = Tool(name="weather", description="", parameters={"type": "object"})
NAMED = Situation(origin=Origin(is_named=True))


def _choose(
    wanted: str, request: Request = ASKED, candidates: Sequence[Candidate] = ALL, situation: Situation | None = None
) -> Decision:
    return choose(replace(request, wanted_model=wanted), candidates, situation or Situation())


def _route(decision: Decision) -> tuple[str, list[str]]:
    assert isinstance(decision, Route)
    return decision.model, [reason.code for reason in decision.reasons]


def _refusal(decision: Decision) -> tuple[list[str], str]:
    assert isinstance(decision, Refusal)
    return [reason.code for reason in decision.reasons], " ".join(reason.words for reason in decision.reasons)


def _why_not(decision: Decision) -> dict[str, str]:
    return {each.model: each.reason.code for each in decision.considered}


def test_a_model_that_is_named_answers_and_the_others_were_not_named() -> None:
    assert _choose("smol", candidates=(LOCAL, CLOUD)) == Route(
        model="smol",
        reasons=(Reason(code="named", words="You named it."), _HERE),
        considered=(Considered(model="big", reason=Reason(code="not_named", words="Another model was named.")),),
        flips=("With --model big it would go to anthropic.",),
    )


_HERE = Reason(code="on_this_computer", words="It runs on this computer.")


def test_auto_answers_here_however_public_the_words_and_whatever_the_order() -> None:
    decision = _choose("auto")
    assert _route(decision) == ("smol", ["local_first", "on_this_computer"])
    assert _why_not(decision) == {"big": "not_first", "huge": "not_first", "ours": "not_first", "echo": "must_be_named"}


def test_auto_goes_elsewhere_for_what_no_local_model_can_do_and_to_the_nearer_first() -> None:
    assert _route(_choose("auto", LONG)) == ("ours", ["no_local_model", "prompt_too_long", "may_leave"])
    assert _route(_choose("auto", replace(ASKED, tools=(TOOL,)))) == (
        "big",
        ["no_local_model", "model_cannot", "may_leave"],
    )


@pytest.mark.parametrize("label", [UNSET, DECLARED, DETECTED], ids=["unset", "declared", "detected"])
def test_auto_keeps_here_what_is_too_long_and_may_not_leave_and_lets_the_engine_count(label: Label) -> None:
    decision = _choose("auto", replace(LONG, label=label), situation=NAMED)
    assert _route(decision) == ("smol", ["local_first", "on_this_computer", "may_not_fit"])


def test_auto_never_chooses_what_somebody_would_have_to_see_first() -> None:
    hinted = Situation(hints=(Hint(kind="phone number", count=1),))
    decision = _choose("auto", LONG, situation=hinted)
    assert _route(decision)[0] == "smol"
    assert _why_not(decision)["big"] == "needs_approval"


def test_a_local_model_that_does_not_work_is_an_error_and_no_way_to_the_cloud() -> None:
    codes, words = _refusal(_choose("auto", candidates=(replace(LOCAL, is_healthy=False), CLOUD)))
    assert codes == ["engine_failed"]
    assert "smol" in words


def test_another_local_model_may_stand_in_for_a_broken_one() -> None:
    second = replace(LOCAL, card=replace(CARD, name="second"))
    assert _route(_choose("auto", candidates=(replace(LOCAL, is_healthy=False), second, CLOUD)))[0] == "second"


def test_local_is_this_machine_and_nothing_else() -> None:
    assert _route(_choose("local")) == ("smol", ["local", "on_this_computer"])
    assert _refusal(_choose("local", replace(ASKED, tools=(TOOL,))))[0] == ["model_cannot"]
    assert _refusal(_choose("local", candidates=(CLOUD,)))[0] == ["not_found"]


def test_cloud_is_the_first_of_the_catalogue_or_the_one_that_is_preferred() -> None:
    assert _route(_choose("cloud")) == ("big", ["cloud", "may_leave"])
    assert _route(_choose("cloud", situation=Situation(preferred_cloud="huge")))[0] == "huge"


def test_cloud_skips_a_provider_without_a_key() -> None:
    decision = _choose("cloud", candidates=(replace(CLOUD, is_connected=False), OTHER_CLOUD))
    assert _route(decision)[0] == "huge"
    assert _why_not(decision) == {"big": "no_key"}


def test_cloud_with_no_key_at_all_names_the_command_that_adds_one() -> None:
    decision = _choose("cloud", candidates=(LOCAL, replace(CLOUD, is_connected=False)))
    assert isinstance(decision, Refusal)
    assert _refusal(decision)[0] == ["no_key"]
    assert decision.remedies == ("aspen cloud add anthropic",)


@pytest.mark.parametrize("wanted", ["auto", "local", "cloud"])
def test_a_provider_that_must_be_named_is_never_chosen_otherwise(wanted: str) -> None:
    assert isinstance(_choose(wanted, candidates=(PRACTICE,)), Refusal)
    assert _route(_choose("echo", candidates=(PRACTICE,)))[0] == "echo"


def test_an_alias_names_a_model_but_a_name_goes_first() -> None:
    assert _route(_choose("big-latest"))[0] == "big"
    impostor = replace(OTHER_CLOUD, card=replace(OTHER_CLOUD.card, aliases=("smol",)))
    assert _route(_choose("smol", candidates=(impostor, LOCAL)))[0] == "smol"


def test_of_two_models_with_one_name_the_nearer_answers() -> None:
    namesake = replace(CLOUD, card=replace(CLOUD.card, name="smol"))
    assert _route(_choose("smol", candidates=(namesake, LOCAL)))[1] == ["named", "on_this_computer"]


def test_a_name_that_nobody_has_is_refused_with_what_is_near_and_never_replaced() -> None:
    decision = _choose("smoll")
    assert isinstance(decision, Refusal)
    assert _refusal(decision) == (["not_found"], "There is no model named smoll.")
    assert decision.remedies[0] == "Did you mean smol?"


def test_words_that_nobody_labelled_go_to_a_named_model_once_they_were_seen() -> None:
    assert _route(_choose("big", replace(ASKED, label=UNSET), situation=NAMED)) == ("big", ["named", "asks_first"])


def test_words_that_nobody_labelled_stay_where_nobody_named_a_model_for_them() -> None:
    assert _refusal(_choose("big", replace(ASKED, label=UNSET)))[0][0] == "stays_here"


def test_what_was_declared_is_not_sent_and_the_refusal_says_what_stays_and_where_to_ask() -> None:
    origin = Origin(is_named=True, paths=("/home/ada/cases/notes.txt",))
    decision = _choose("big", replace(ASKED, label=DECLARED), situation=Situation(origin=origin))
    assert isinstance(decision, Refusal)
    assert _refusal(decision)[1] == "Not sent. notes.txt stays on this computer (folder ~/cases)."
    assert decision.remedies[0] == "Answer here: aspen ask --model local …"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (replace(ASKED, tools=(TOOL,)), "model_cannot"),
        (replace(ASKED, output=JsonSchema(schema={})), "model_cannot"),
        (
            replace(ASKED, messages=(Message(role=Role.USER, parts=(Image(media_type="image/png", encoded=b"x"),)),)),
            "model_cannot",
        ),
        (replace(ASKED, limits=Limits(answer_tokens=9000)), "prompt_too_long"),
        (replace(ASKED, label=DETECTED), "stays_here"),
        (replace(ASKED, purpose=Purpose.TITLE), "stays_here"),
    ],
    ids=["tools", "schema", "picture", "answer too long", "detected", "background"],
)
def test_a_named_model_elsewhere_is_refused_for_what_it_cannot_do_or_may_not_see(request_: Request, code: str) -> None:
    assert _refusal(_choose("ours", request_))[0][0] == code


def test_the_local_engine_holds_every_model_to_a_schema() -> None:
    assert _route(_choose("smol", replace(ASKED, output=JsonSchema(schema={}))))[0] == "smol"


def test_a_text_that_is_too_long_says_by_how_much() -> None:
    codes, words = _refusal(_choose("ours", replace(LONG, limits=Limits(answer_tokens=8000))))
    assert codes == ["prompt_too_long"]
    assert words == "ours has room for 8,192 tokens; this is about 3,008, and 8,000 are kept for the answer."


def test_airplane_mode_keeps_everything_here_and_names_the_switch() -> None:
    flying = Situation(is_airplane_mode=True)
    assert _route(_choose("auto", situation=flying))[0] == "smol"
    decision = _choose("big", situation=flying)
    assert isinstance(decision, Refusal)
    assert _refusal(decision)[0] == ["airplane_mode"]
    assert decision.remedies == ("aspen airplane off",)


@pytest.mark.parametrize(
    ("ceilings", "spent"),
    [
        (Ceilings(request_microdollars=999), Spent()),
        (Ceilings(day_microdollars=1500), Spent(day_microdollars=501)),
        (Ceilings(month_microdollars=1500), Spent(month_microdollars=501)),
    ],
)
def test_what_could_break_a_ceiling_at_its_longest_is_refused(ceilings: Ceilings, spent: Spent) -> None:
    situation = Situation(policy=Policy(ceilings=ceilings), spent=spent)
    assert _refusal(_choose("big", situation=situation))[0] == ["over_ceiling"]
    assert _route(_choose("ours", situation=situation))[0] == "ours"
    enough = replace(spent, day_microdollars=0, month_microdollars=0)
    free = Candidate(card=CLOUD.card, worst_cost_microdollars=999)
    assert _route(_choose("big", candidates=(free,), situation=replace(situation, spent=enough)))[0] == "big"


def test_a_price_that_nobody_knows_is_shown_first_once_there_is_a_ceiling() -> None:
    unpriced = replace(CLOUD, worst_cost_microdollars=None)
    ceiling = Situation(policy=Policy(ceilings=Ceilings(month_microdollars=10**9)))
    assert _route(_choose("big", candidates=(unpriced,), situation=ceiling)) == ("big", ["named", "asks_first"])
    assert _refusal(_choose("auto", candidates=(unpriced,), situation=ceiling))[0] == ["needs_approval"]
    assert _route(_choose("big", candidates=(unpriced,))) == ("big", ["named", "may_leave"])


def test_a_rule_of_the_user_is_quoted_with_its_line() -> None:
    rule = Rule(then=Then.DENY, line=7, to=frozenset({"anthropic"}), note="contract")
    words = _refusal(_choose("big", situation=Situation(policy=Policy(rules=(rule,)))))[1]
    assert words == "Not sent. Line 7 of your rules (contract): this does not go to anthropic."


def test_flips_name_what_would_have_led_elsewhere_once_for_each_kind() -> None:
    decision = _choose("auto", candidates=(LOCAL, replace(CLOUD, is_connected=False), OTHER_CLOUD))
    assert isinstance(decision, Route)
    assert decision.flips == (
        "With a key for anthropic it could go to big: aspen cloud add anthropic",
        "With --model huge it would go to openai.",
    )


def test_a_flip_names_the_files_that_keep_a_request_here() -> None:
    origin = Origin(paths=("/home/ada/cases/notes.txt", "/home/ada/cases/more.txt"))
    situation = Situation(origin=origin, label_without_files=PUBLIC)
    decision = _choose("auto", replace(ASKED, label=DECLARED), (LOCAL, CLOUD), situation)
    assert isinstance(decision, Route)
    assert decision.flips == ("Without notes.txt and more.txt it could go to big.",)


def test_a_flip_names_the_provider_that_may_not_have_it_yet() -> None:
    only = replace(PUBLIC, providers=frozenset({"openai"}))
    situation = Situation(origin=Origin(paths=("/home/ada/marketing/a.txt",)))
    decision = _choose("auto", replace(ASKED, label=only), (LOCAL, CLOUD), situation)
    assert isinstance(decision, Route)
    assert decision.flips == ("With `aspen allow … --to anthropic` it could go to big.",)


def test_what_was_declared_or_detected_has_no_flip_that_would_let_it_leave() -> None:
    for label in (DECLARED, DETECTED):
        decision = _choose("auto", replace(ASKED, label=label), (LOCAL, CLOUD))
        assert isinstance(decision, Route)
        assert decision.flips == ()


def test_from_elsewhere_the_way_back_is_shown() -> None:
    decision = _choose("big", LONG, (LOCAL, CLOUD))
    assert isinstance(decision, Route)
    assert decision.flips == ("Shorter by about 1,472 tokens it would fit smol.",)


def test_where_the_only_model_elsewhere_must_be_named_the_refusal_says_so_and_not_that_there_is_none() -> None:
    _, words = _refusal(_choose("cloud", candidates=(LOCAL, PRACTICE)))
    assert words == "No model elsewhere can be chosen without its name."
    _, words = _refusal(_choose("cloud", candidates=(LOCAL,)))
    assert words == "No model elsewhere is known."
