"""Whether a rule speaks about what would leave. A condition that cannot be known for sure holds where it is stricter.

That makes rules that restrict (`ask`, `deny`) differ from rules that loosen (`allow`): a label means "this or
stricter" for the one and "this or laxer" for the other; of several files one is enough for the one and all are needed
for the other; an unknown price is over every amount for the one and over none for the other, and an unknown time lies
within all hours for the one and within none for the other. So a stricter label never finds a laxer rule.

A size that is not known yet is the one exception: no rule on size holds then, and one that restricts is left to the
gate, which knows it to the byte and judges once more.
"""

from __future__ import annotations

from aspen.core.label import Sensitivity
from aspen.core.policy import Facts, Hours, LocalTime, Policy, Rule, Then
from aspen.privacy.path_globs import matches


def first_denial(policy: Policy, facts: Facts) -> Rule | None:
    """Return the first `deny` that holds, wherever it stands."""
    return next((rule for rule in policy.rules if rule.then is Then.DENY and holds(rule, facts)), None)


def first_other(policy: Policy, facts: Facts) -> Rule | None:
    """Return the first `allow` or `ask` that holds."""
    return next((rule for rule in policy.rules if rule.then is not Then.DENY and holds(rule, facts)), None)


def holds(rule: Rule, facts: Facts) -> bool:
    """Whether every condition of the rule holds."""
    return (
        (rule.to is None or facts.provider in rule.to)
        and (rule.models is None or facts.model in rule.models)
        and (rule.purposes is None or facts.purpose in rule.purposes)
        and (rule.projects is None or facts.project in rule.projects)
        and _label_holds(rule, facts.label.sensitivity)
        and _paths_hold(rule, facts.paths)
        and _cost_holds(rule, facts.worst_cost_microdollars)
        and _time_holds(rule, facts.local_time)
        and _size_holds(rule, facts.body_bytes)
    )


def _label_holds(rule: Rule, sensitivity: Sensitivity) -> bool:
    if rule.labels is None:
        return True
    return sensitivity <= max(rule.labels) if rule.then is Then.ALLOW else sensitivity >= min(rule.labels)


def _paths_hold(rule: Rule, paths: tuple[str, ...]) -> bool:
    patterns = rule.paths
    if patterns is None:
        return True
    covered = [any(matches(pattern, path) for pattern in patterns) for path in paths]
    return bool(covered) and all(covered) if rule.then is Then.ALLOW else any(covered)


def _cost_holds(rule: Rule, cost_microdollars: int | None) -> bool:
    if rule.costs_over_microdollars is None:
        return True
    if cost_microdollars is None:
        return rule.then is not Then.ALLOW
    return cost_microdollars > rule.costs_over_microdollars


def _time_holds(rule: Rule, now: LocalTime | None) -> bool:
    if rule.between is None and rule.days is None:
        return True
    if now is None:
        return rule.then is not Then.ALLOW
    began = now.weekday if rule.between is None else _day_begun(rule.between, now)
    return began is not None and (rule.days is None or began in rule.days)


def _day_begun(hours: Hours, now: LocalTime) -> int | None:
    """Return the day of the week on which these hours began; None outside of them."""
    if hours.from_minute < hours.to_minute:
        return now.weekday if hours.from_minute <= now.minute < hours.to_minute else None
    if now.minute >= hours.from_minute:
        return now.weekday
    return (now.weekday - 1) % 7 if now.minute < hours.to_minute else None


def _size_holds(rule: Rule, body_bytes: int | None) -> bool:
    return rule.larger_than_bytes is None or (body_bytes is not None and body_bytes > rule.larger_than_bytes)
