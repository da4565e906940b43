"""May these words go there: Cleared, MustAsk or Denied. Pure and total; looks at labels and rules, never at words.

The label says the most that can be; rules move only between "may leave" and "ask first", or forbid. No rule lets
leave what a person or a detector has said stays here, nor what nobody has labelled, but for the one exception: words
just typed for a model that the person named.
"""

from __future__ import annotations

import shlex

from aspen.core.egress import Hint
from aspen.core.label import Label, LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.policy import Cleared, Denied, Facts, Judgement, MustAsk, Policy, Rule, Then
from aspen.core.request import Purpose
from aspen.privacy.rule_matching import first_denial, first_other

ANSWER_HERE = "Answer here: aspen ask --model local …"


def judge(facts: Facts, policy: Policy) -> Judgement:
    """Decide by purpose, label and rules, in this order."""
    if facts.zone is Zone.MACHINE:
        return Cleared(reasons=("It runs on this computer.",))
    if facts.purpose is not Purpose.CHAT:
        return Denied(reasons=("Work in the background stays on this computer.",))
    base = _by_label(facts)
    if isinstance(base, Denied):
        return base
    if denial := first_denial(policy, facts):
        reason = _rule_says(denial, f"this does not go to {facts.provider}")
        return Denied(reasons=(reason,), remedies=(ANSWER_HERE,))
    return _by_rule(first_other(policy, facts), base, facts.provider)


def _by_rule(rule: Rule | None, base: Cleared | MustAsk, provider: str) -> Judgement:
    """A rule that says what holds without it changes nothing."""
    if rule is None or (rule.then is Then.ASK) == isinstance(base, MustAsk):
        return base
    if rule.then is Then.ASK:
        return MustAsk(reasons=(_rule_says(rule, f"ask before this goes to {provider}"),))
    return Cleared(reasons=(_rule_says(rule, f"this may go to {provider}"),))


def _rule_says(rule: Rule, what: str) -> str:
    note = f" ({rule.note})" if rule.note else ""
    return f"Line {rule.line} of your rules{note}: {what}."


def _by_label(facts: Facts) -> Cleared | MustAsk | Denied:
    label = facts.label
    judgement = _unset(facts) if label.source is LabelSource.UNSET else _labelled(facts)
    if isinstance(judgement, Denied) or label.allows(facts.provider):
        return judgement
    return Denied(reasons=(_only_to(label, facts.provider),), remedies=(ANSWER_HERE, _allow(facts)))


def _unset(facts: Facts) -> MustAsk | Denied:
    """What nobody has labelled is private. A yes covers the words just typed, and nothing that lies beneath them."""
    if facts.zone is Zone.CLOUD and facts.label.beneath > Sensitivity.PUBLIC:
        reason = "A part of this may go to your own servers and no further."
        return Denied(reasons=(reason,), remedies=(ANSWER_HERE,))
    if facts.is_named:
        return MustAsk(reasons=(f"You named a model of {facts.provider}: you see first what leaves.",))
    if facts.paths:
        reason = "Nobody has said that these files may leave this computer."
        return Denied(reasons=(reason,), remedies=(ANSWER_HERE, _allow(facts)))
    reason = "Nobody has said that these words may leave this computer."
    return Denied(reasons=(reason,), remedies=(ANSWER_HERE, "Say so: aspen ask --label may-leave …"))


def _labelled(facts: Facts) -> Cleared | MustAsk | Denied:
    match facts.label.sensitivity:
        case Sensitivity.PRIVATE:
            return _stays_here(facts)
        case Sensitivity.INTERNAL if facts.zone is Zone.CLOUD:
            reasons = _sentences(facts.label) or ("These words go to your own servers and no further.",)
            return Denied(reasons=reasons, remedies=(ANSWER_HERE, _relabel(facts)))
        case Sensitivity.INTERNAL | Sensitivity.PUBLIC:
            return _unless_hinted(facts)


def _stays_here(facts: Facts) -> Denied:
    """Said by a person or seen by a detector: there is no way to send it anyway."""
    if facts.label.source is LabelSource.DETECTED:
        reasons = _sentences(facts.label) or ("Something in it was seen that stays on this computer.",)
        return Denied(reasons=reasons, remedies=(ANSWER_HERE, "Or leave that out."))
    reasons = _sentences(facts.label) or ("This stays on this computer: you said so.",)
    return Denied(reasons=reasons, remedies=(ANSWER_HERE, _relabel(facts)))


def _unless_hinted(facts: Facts) -> Cleared | MustAsk:
    """What a detector saw in words that may leave is shown before they do."""
    if not facts.hints:
        return Cleared(reasons=(f"These words may leave to {facts.provider}.",))
    return MustAsk(reasons=(f"Contains {', '.join(_counted(hint) for hint in facts.hints)}.",))


def _counted(hint: Hint) -> str:
    if hint.count == 1:
        return f"1 {hint.kind}"
    return f"{hint.count} {hint.kind}{'es' if hint.kind.endswith('s') else 's'}"


def _sentences(label: Label) -> tuple[str, ...]:
    return tuple(reason if reason.endswith((".", "!", "?")) else f"{reason}." for reason in label.reasons)


def _only_to(label: Label, provider: str) -> str:
    allowed = sorted(label.providers or ())
    if not allowed:
        return f"Nothing lets all of this go to {provider}."
    return f"This may leave to {' or '.join(allowed)} alone, and not to {provider}."


def _allow(facts: Facts) -> str:
    return f"Let it go there: aspen allow {_place(facts)} --to {shlex.quote(facts.provider)}"


def _relabel(facts: Facts) -> str:
    return f"Where that is not right, change it first: aspen label {_place(facts)} …"


def _place(facts: Facts) -> str:
    """The first file as a shell wants it; the others follow the same way."""
    return shlex.quote(facts.paths[0]) if facts.paths else "PATH"
