"""A rule as a sentence, so that a person can see whether it says what they meant. It decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aspen.core.policy import Hours, Rule, Then
from aspen.privacy.ceilings import dollars
from aspen.privacy.rules_words import WEEKDAYS
from aspen.privacy.words import WORD_OF_SENSITIVITY

_BEGINNINGS = {
    Then.ALLOW: "Let leave without a question",
    Then.ASK: "Ask first about",
    Then.DENY: "Never send",
}
_DAYS = {number: word for word, number in WEEKDAYS.items()}


def sentence_of(rule: Rule) -> str:
    """Say what a rule does and when it holds, with its note in brackets."""
    conditions = ", ".join(_conditions(rule)) or "anything"
    note = f" ({rule.note})" if rule.note else ""
    return f"{_BEGINNINGS[rule.then]}: {conditions}{note}."


def _conditions(rule: Rule) -> Iterator[str]:
    if rule.labels is not None:
        yield _of_labels(rule)
    for what, names in (("to", rule.to), ("to the model", rule.models), ("in the project", rule.projects)):
        if names is not None:
            yield f"{what} {_one_of(names)}"
    if rule.purposes is not None:
        yield f"for {_one_of(purpose.value for purpose in rule.purposes)}"
    if rule.paths is not None:
        files = "with files that all lie in" if rule.then is Then.ALLOW else "with a file in"
        yield f"{files} {' or '.join(rule.paths)}"
    if rule.costs_over_microdollars is not None:
        unknown = "" if rule.then is Then.ALLOW else ", or nobody knows how much"
        yield f"that could cost more than {dollars(rule.costs_over_microdollars)}{unknown}"
    if rule.between is not None or rule.days is not None:
        yield _of_time(rule.between, rule.days)
    if rule.larger_than_bytes is not None:
        yield f"larger than {rule.larger_than_bytes:,} bytes"


def _of_labels(rule: Rule) -> str:
    assert rule.labels is not None
    if rule.then is Then.ALLOW:
        return f"labelled {WORD_OF_SENSITIVITY[max(rule.labels)]} or laxer"
    return f"labelled {WORD_OF_SENSITIVITY[min(rule.labels)]} or stricter"


def _of_time(hours: Hours | None, days: frozenset[int] | None) -> str:
    named = "" if days is None else " or ".join(_DAYS[day] for day in sorted(days))
    if hours is None:
        return f"on {named}"
    past = " of the next day" if hours.to_minute <= hours.from_minute else ""
    clock = f"from {_clock(hours.from_minute)} to {_clock(hours.to_minute)}{past}"
    return f"{clock}, beginning on {named}" if named else clock


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _one_of(names: Iterable[str]) -> str:
    return " or ".join(sorted(names))
