"""May these words go there: the gate's own judgement, from its own table, its own reading of the rules and its ledger.

Nothing that the core says is believed but what the words are labelled, where they came from and what they may cost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aspen.core.egress import Envelope, Outbound
from aspen.core.errors import AirplaneMode, GateUnreachable, StaysHere
from aspen.core.policy import Cleared, Denied, Facts, LocalTime, MustAsk, Policy, Then
from aspen.core.provider import Provider
from aspen.egress.gate.airplane import Airplane
from aspen.egress.gate.connections import Connections
from aspen.egress.gate.floor import stands_on_floor
from aspen.egress.gate.remembered import Remembered
from aspen.egress.gate.rules import Rules
from aspen.egress.gate.spending import check_ceilings
from aspen.privacy.ceilings import Spent, is_price_missing
from aspen.privacy.judging import judge
from aspen.privacy.rule_matching import first_other


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """Nothing forbids it. `asks` says what a person must be asked about; `is_remembered` that a chat was opened."""

    provider: Provider
    asks: tuple[str, ...]
    is_remembered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Everything that a judgement looks at but the money spent. `now` tells the time in the user's own time zone."""

    rules: Rules
    connections: Connections
    airplane: Airplane
    remembered: Remembered
    now: Callable[[], datetime]

    def weigh(self, envelope: Envelope, spent: Spent) -> Passed:
        """Say where it may go and what must be asked first.

        Raises NotFound for a provider that is not connected, AirplaneMode, BadRule, GateUnreachable where the rules
        have changed since the core read them (its facts hold the `policy_version`), StaysHere and OverCeiling.
        """
        outbound = envelope.outbound
        provider = self.connections.provider(outbound.destination.provider)
        if self.airplane.is_on:
            raise AirplaneMode(
                "Not sent: airplane mode is on.", hint="Answer here, or turn it off: `aspen airplane off`."
            )
        policy = self.rules.current()
        if policy.version != envelope.policy_version:
            raise GateUnreachable(
                "The rules have changed since this was looked at.",
                hint="Ask again.",
                facts={"policy_version": policy.version},
            )
        facts = _facts(outbound, provider, self.now())
        asks = self._asks(outbound, facts, policy)
        if not stands_on_floor(outbound, provider):
            raise _stays_here(outbound, outbound.label.reasons, ())
        check_ceilings(policy.ceilings, spent, facts.worst_cost_microdollars)
        if is_price_missing(policy.ceilings, provider.zone, facts.worst_cost_microdollars):
            return Passed(provider=provider, asks=(*asks, "Nobody knows what it costs, and you have set a ceiling."))
        is_remembered = bool(asks) and self.remembered.covers(outbound) and not _a_rule_asks(policy, facts)
        return Passed(provider=provider, asks=() if is_remembered else asks, is_remembered=is_remembered)

    def _asks(self, outbound: Outbound, facts: Facts, policy: Policy) -> tuple[str, ...]:
        match judge(facts, policy):
            case Cleared():
                return ()
            case MustAsk(reasons=reasons):
                return reasons or ("Your rules ask you first.",)
            case Denied(reasons=reasons, remedies=remedies):
                raise _stays_here(outbound, reasons, remedies)


def _facts(outbound: Outbound, provider: Provider, now: datetime) -> Facts:
    """Zone, time and size are the gate's own word."""
    return Facts(
        label=outbound.label,
        zone=provider.zone,
        provider=provider.name,
        model=outbound.destination.model,
        purpose=outbound.purpose,
        project=outbound.origin.project,
        paths=outbound.origin.paths,
        worst_cost_microdollars=outbound.worst_cost_microdollars,
        is_named=outbound.origin.is_named,
        hints=outbound.hints,
        local_time=LocalTime.of(now),
        body_bytes=len(outbound.body),
    )


def _a_rule_asks(policy: Policy, facts: Facts) -> bool:
    rule = first_other(policy, facts)
    return rule is not None and rule.then is Then.ASK


def _stays_here(outbound: Outbound, reasons: tuple[str, ...], remedies: tuple[str, ...]) -> StaysHere:
    return StaysHere(
        " ".join(("Not sent.", *reasons)),
        hint=" ".join(remedies),
        facts={
            "provider": outbound.destination.provider,
            "reasons": list(reasons),
            "remedies": list(remedies),
            "body_sha256": outbound.body_sha256,
        },
    )
