"""How the laws draw rules, requests, models and the moment: small worlds, so that conditions often meet."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import strategies as st

from aspen.core.egress import Hint, Origin
from aspen.core.label import PUBLIC, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Role
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.policy import Ceilings, Facts, Hours, LocalTime, Policy, Rule, Then
from aspen.core.request import Limits, Purpose, Request, Tool
from aspen.privacy.ceilings import Spent
from aspen.routing.candidate import Candidate, Situation

PROVIDERS = ["anthropic", "openai", "rack"]
MODELS = ["a", "b", "c", "d"]
_PROJECTS = ["", "fair"]
_PATHS = ["/cases/notes.txt", "/cases/2025/a.txt", "/marketing/b.txt"]
_PATTERNS = ["/cases", "/cases/*", "/marketing/**", "/**/*.txt"]

costs = st.none() | st.integers(0, 30)
hints = st.lists(st.builds(Hint, kind=st.just("phone number"), count=st.integers(1, 3)), max_size=1).map(tuple)

_SETS_OF_LABELS = [
    None,
    frozenset({Sensitivity.PUBLIC}),
    frozenset({Sensitivity.INTERNAL}),
    frozenset({Sensitivity.PRIVATE}),
    frozenset({Sensitivity.PUBLIC, Sensitivity.INTERNAL}),
]


def _rule(then: Then, conditions: dict[str, Any]) -> Rule:
    return Rule(then=then, line=7, **conditions)


_NIGHT = Hours(from_minute=22 * 60, to_minute=6 * 60)
_MOMENTS: list[dict[str, Any]] = [
    {"between": hours, "days": days, "larger_than_bytes": size}
    for hours, days, size in product(
        (None, _NIGHT, Hours(from_minute=9 * 60, to_minute=17 * 60)),
        (None, frozenset({4}), frozenset({5, 6})),
        (None, 1000),
    )
]
"""Conditions on when it is and how large."""


# Half of the conditions are left out, so that rules often hold and often beat each other.
_CONDITIONS: list[dict[str, Any]] = [
    {
        "labels": of_labels,
        "to": to,
        "models": models,
        "purposes": purposes,
        "projects": projects,
        "paths": paths,
        "costs_over_microdollars": cost,
    }
    for of_labels, to, models, purposes, projects, paths, cost in product(
        _SETS_OF_LABELS,
        (None, frozenset({"anthropic"}), frozenset({"openai", "rack"})),
        (None, None, frozenset({"a", "b"})),
        (None, frozenset({Purpose.CHAT})),
        (None, frozenset({"fair"})),
        (None, None, *((pattern,) for pattern in _PATTERNS)),
        (None, None, 10),
    )
]


def _with(rule: Rule, moment: dict[str, Any]) -> Rule:
    return replace(rule, **moment)


moments = st.sampled_from(_MOMENTS)
_rarely_moments = st.sampled_from([*[_MOMENTS[0]] * len(_MOMENTS), *_MOMENTS])


def rules_that(*then: Then) -> st.SearchStrategy[Rule]:
    bare = st.builds(_rule, st.sampled_from(then), st.sampled_from(_CONDITIONS))
    return st.builds(_with, bare, _rarely_moments)


rules = rules_that(*Then)
denials = rules_that(Then.DENY)
_label_rules = st.builds(
    _rule, st.sampled_from(Then), st.sampled_from([{"labels": of_labels} for of_labels in _SETS_OF_LABELS])
)
label_policies = st.builds(Policy, rules=st.lists(_label_rules, max_size=3).map(tuple))
"""Rules on nothing but labels."""

policies = st.builds(
    Policy,
    rules=st.lists(rules, max_size=4).map(tuple),
    ceilings=st.builds(Ceilings, request_microdollars=costs, day_microdollars=costs, month_microdollars=costs),
)

_PROVIDERS_OF_LABELS = (None, None, frozenset({"anthropic"}), frozenset({"openai", "rack"}), frozenset[str]())
_LABELS = [
    *(
        Label(sensitivity=sensitivity, source=source, reasons=("a reason",), providers=providers)
        for sensitivity, source, providers in product(
            Sensitivity, (LabelSource.DETECTED, LabelSource.DECLARED), _PROVIDERS_OF_LABELS
        )
    ),
    *(
        Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.UNSET, providers=providers, beneath=beneath)
        for providers, beneath in product(_PROVIDERS_OF_LABELS, (Sensitivity.PUBLIC, Sensitivity.INTERNAL))
    ),
]
_OPEN = [PUBLIC] * (len(_LABELS) // 2)
"""Words that may leave are drawn often: of the others most go nowhere, and a law would hold for want of cases."""

local_times = st.none() | st.builds(
    LocalTime, minute=st.sampled_from([0, 359, 360, 720, 1319, 1320]), weekday=st.integers(0, 6)
)
sizes = st.none() | st.sampled_from([0, 1000, 1001])
labels = st.sampled_from([*_OPEN, *_LABELS])
_some_paths = st.lists(st.sampled_from(_PATHS), max_size=2, unique=True).map(tuple)
facts = st.builds(
    Facts,
    label=labels,
    zone=st.sampled_from(Zone),
    provider=st.sampled_from(PROVIDERS),
    model=st.sampled_from(MODELS),
    purpose=st.sampled_from([*Purpose, Purpose.CHAT, Purpose.CHAT, Purpose.CHAT]),
    project=st.sampled_from(_PROJECTS),
    paths=_some_paths,
    worst_cost_microdollars=costs,
    is_named=st.booleans(),
    hints=hints,
    local_time=local_times,
    body_bytes=sizes,
)

departures = facts.map(
    lambda told: replace(told, zone=Zone.OWN_SERVERS if told.zone is Zone.MACHINE else told.zone, purpose=Purpose.CHAT)
)
"""Facts of what would leave."""

_CARDS = [
    ModelCard(
        name=name,
        zone=zone,
        dialect="openai_chat",
        context_tokens=context_tokens,
        skills=skills,
        source=source,
        answer_tokens=answer_tokens,
        aliases=aliases,
    )
    for name, zone, context_tokens, skills, source, answer_tokens, aliases in product(
        MODELS,
        Zone,
        (20, 2000, 100_000),
        (frozenset({Skill.CHAT}), frozenset({Skill.CHAT, Skill.TOOLS}), frozenset({Skill.EMBED})),
        PROVIDERS,
        (None, 500),
        ((), ("x",)),
    )
]
_STATES: list[dict[str, Any]] = [
    {
        "is_connected": is_connected,
        "is_healthy": is_healthy,
        "is_routable": is_routable,
        "worst_cost_microdollars": cost,
    }
    for is_connected, is_healthy, is_routable, cost in product(
        (True, True, False), (True, True, False), (True, True, False), (None, 0, 10, 25)
    )
]


def _candidate(card: ModelCard, state: dict[str, Any]) -> Candidate:
    return Candidate(card=card, **state)


candidates = st.lists(st.builds(_candidate, card=st.sampled_from(_CARDS), state=st.sampled_from(_STATES)), max_size=5)
situations = st.builds(
    Situation,
    policy=policies,
    spent=st.builds(Spent, day_microdollars=st.integers(0, 30), month_microdollars=st.integers(0, 30)),
    is_airplane_mode=st.sampled_from([False, False, True]),
    preferred_cloud=st.sampled_from([None, *MODELS]),
    origin=st.builds(Origin, project=st.sampled_from(_PROJECTS), paths=_some_paths, is_named=st.booleans()),
    hints=hints,
    label_without_files=st.none() | labels,
    local_time=local_times,
)

CANARY = "Zanzibar"
_MESSAGES = [
    Message.of_text(Role.USER, said, label) for said in (CANARY, CANARY * 600) for label in (*_OPEN * 2, *_LABELS)
]
_tool = Tool(name="weather", description="", parameters={"type": "object"})
requests = st.builds(
    Request,
    request_id=st.just("1"),
    messages=st.lists(st.sampled_from(_MESSAGES), max_size=3).map(tuple),
    purpose=st.sampled_from([*Purpose, Purpose.CHAT, Purpose.CHAT, Purpose.CHAT]),
    tools=st.sampled_from([(), (_tool,)]),
    limits=st.builds(Limits, answer_tokens=st.none() | st.integers(1, 3000)),
    label=labels,
    wanted_model=st.sampled_from(["auto", "auto", "local", "cloud", *MODELS, "x", "gone"]),
)
