"""Rules tried without sending anything: read and said in words, or asked about what the ledger says has happened.

The core cannot read the ledger, so the person's command hands over its entries. The same judgement decides as in
earnest. What it cannot know again is left strict: what the detectors saw is not in the ledger, so words of a label that
a person was asked about count as words with something in them.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import cast

from aspen.channel.framing import Frame
from aspen.core.egress import Hint, Verdict
from aspen.core.errors import Misused
from aspen.core.label import LabelSource, label_from_json
from aspen.core.model_card import Zone
from aspen.core.policy import Cleared, Denied, Facts, LocalTime, MustAsk, Policy
from aspen.core.request import Purpose
from aspen.privacy.ceilings import Spent, excess, is_price_missing
from aspen.privacy.judging import judge
from aspen.privacy.rule_sentences import sentence_of
from aspen.privacy.rules_content import policy_of_content
from aspen.service.rules import policy_of
from aspen.workspace import Workspace

Json = Mapping[str, object]

_SCHEMA = 1
_SHOWN_BEFORE = Hint(kind="thing that you were asked about then", count=1)
_ASKED_BY_A_PERSON = frozenset({"person", "chat"})


class Outcome(StrEnum):
    """What became, or would become, of a send."""

    CLEARED = "cleared"
    ASKED = "asked"
    DENIED = "denied"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What happened to one entry of the ledger, and what would happen to it now."""

    sequence: int
    was: Outcome
    now: Outcome
    reasons: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        return {"sequence": self.sequence, "was": self.was, "now": self.now, "reasons": list(self.reasons)}


async def check_rules(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Read rules, the present ones or those of `rules`, and say each in words. Raises BadRule with the line."""
    policy = _policy(workspace, arguments)
    ceilings = policy.ceilings
    yield {
        "result": {
            "schema": _SCHEMA,
            "path": _path(workspace, arguments),
            "sha256": policy.version,
            "rules": [{"line": rule.line, "then": rule.then, "sentence": sentence_of(rule)} for rule in policy.rules],
            "ceilings": {
                "request_microdollars": ceilings.request_microdollars,
                "day_microdollars": ceilings.day_microdollars,
                "month_microdollars": ceilings.month_microdollars,
            },
        }
    }


async def try_rules(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Judge `entries` of the ledger, as the gate lists them, by the present rules or those of `rules`.

    Entries that are no try to send are passed over. Raises BadRule with the line, and Misused for what is no entry.
    """
    policy, entries = _policy(workspace, arguments), arguments.get("entries")
    if not isinstance(entries, list):
        raise Misused("`entries` must be a list of entries of the ledger.")
    tried = [trial for entry in cast("list[object]", entries) if (trial := try_entry(entry, policy))]
    yield {
        "result": {
            "schema": _SCHEMA,
            "path": _path(workspace, arguments),
            "sha256": policy.version,
            "trials": [trial.to_json() for trial in tried],
        }
    }


def try_entry(entry: object, policy: Policy) -> Trial | None:
    """Judge one entry; None for one that says nothing of a send. Raises Misused for what is no entry."""
    try:
        told = cast("Json", entry)
        was = _was(Verdict(told["verdict"]), str(told["approval"]))
        if was is None:
            return None
        facts = _facts(told, was)
        now, reasons = _outcome(facts, policy)
        return Trial(sequence=_number(told["sequence"]), was=was, now=now, reasons=reasons)
    except (KeyError, TypeError, ValueError) as error:
        raise Misused("This is no entry of a ledger.", hint="`aspen ledger verify` checks the ledger.") from error


def _was(verdict: Verdict, approval: str) -> Outcome | None:
    match verdict:
        case Verdict.SENT:
            return Outcome.ASKED if approval in _ASKED_BY_A_PERSON else Outcome.CLEARED
        case Verdict.DECLINED:
            return Outcome.ASKED
        case Verdict.REFUSED:
            return Outcome.DENIED
        case _:
            return None


def _facts(told: Json, was: Outcome) -> Facts:
    """What was unset and came as far as a person was typed for a model that they named: nothing else ever does."""
    label = label_from_json(told["label"])
    is_asked, is_unset = was is Outcome.ASKED, label.source is LabelSource.UNSET
    moment = datetime.fromisoformat(str(told["happened_at"] or told["recorded_at"]))
    cost, size = told["cost_microdollars"], told["body_bytes"]
    return Facts(
        label=label,
        zone=Zone(told["zone"]),
        provider=str(told["provider"]),
        model=str(told["model"]),
        purpose=Purpose(told["purpose"]),
        project=str(told["project"]),
        paths=tuple(str(path) for path in cast("list[object]", told["paths"])),
        worst_cost_microdollars=None if cost is None else _number(cost),
        is_named=is_unset and was is not Outcome.DENIED,
        hints=(_SHOWN_BEFORE,) if is_asked and not is_unset else (),
        local_time=LocalTime.of(moment.astimezone()),
        body_bytes=None if size is None else _number(size),
    )


def _outcome(facts: Facts, policy: Policy) -> tuple[Outcome, tuple[str, ...]]:
    """As the gate decides, but for the sums of a day and a month, which other rules would have made others."""
    judgement, cost = judge(facts, policy), facts.worst_cost_microdollars
    if isinstance(judgement, Denied):
        return Outcome.DENIED, judgement.reasons
    if over := excess(policy.ceilings, Spent(), cost or 0):
        return Outcome.DENIED, (over.sentence,)
    match judgement:
        case Cleared() if is_price_missing(policy.ceilings, facts.zone, cost):
            return Outcome.ASKED, ("Nobody knows what it costs, and you have set a ceiling.",)
        case Cleared(reasons=reasons):
            return Outcome.CLEARED, reasons
        case MustAsk(reasons=reasons):
            return Outcome.ASKED, reasons


def _policy(workspace: Workspace, arguments: Json) -> Policy:
    text = arguments.get("rules")
    if text is None:
        return policy_of(workspace.folders.rules, workspace.home)
    if not isinstance(text, str):
        raise Misused("`rules` must be the text of a rules file.")
    content = text.encode("utf-8", "surrogatepass")
    return policy_of_content(content, _path(workspace, arguments), str(workspace.home))


def _path(workspace: Workspace, arguments: Json) -> str:
    """Where the rules lie; for a text that was handed over, what the person calls its file."""
    return str(workspace.folders.rules if arguments.get("rules") is None else arguments.get("path") or "given")


def _number(told: object) -> int:
    if not isinstance(told, int) or isinstance(told, bool):
        raise TypeError("not a number")
    return told
