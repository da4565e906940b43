"""What speaks against asking a model: label and rules first, then skill and room, then whether it is there, then money.

The codes are those of `core.errors` where an error says the same thing, so that a refusal has one meaning everywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from aspen.core.decision import Reason
from aspen.core.errors import (
    AirplaneMode,
    EngineFailed,
    ModelCannot,
    NeedsApproval,
    NoKey,
    OverCeiling,
    PromptTooLong,
    StaysHere,
    Unreachable,
)
from aspen.core.model_card import Skill
from aspen.core.policy import Cleared, Denied, Facts, Judgement, MustAsk
from aspen.core.request import Request
from aspen.privacy.ceilings import excess, is_price_missing
from aspen.privacy.judging import judge
from aspen.routing.candidate import Candidate, Situation
from aspen.routing.needs import Needs

_LACKS = {
    Skill.CHAT: "gives vectors and no answers",
    Skill.EMBED: "gives answers and no vectors",
    Skill.TOOLS: "cannot call tools",
    Skill.SCHEMA: "cannot be held to a JSON schema",
    Skill.VISION: "cannot see pictures",
    Skill.THINKING: "does not think before it answers",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why not this model. `reasons` begin with the one that counts; `flip` says what would let it answer."""

    reasons: tuple[Reason, ...]
    remedies: tuple[str, ...] = ()
    flip: str = ""

    @property
    def code(self) -> str:
        return self.reasons[0].code


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """A candidate, what the rules say of it, and the first thing that speaks against it."""

    candidate: Candidate
    judgement: Judgement
    objection: Objection | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request with all that its candidates are weighed against.

    `may_ask` is whether somebody chose to go elsewhere, and so can be asked first; `is_named`, whether that was a
    person, for words just typed.
    """

    request: Request
    needs: Needs
    situation: Situation
    may_ask: bool

    @property
    def is_named(self) -> bool:
        return self.may_ask and self.situation.origin.is_named

    def facts(self, candidate: Candidate) -> Facts:
        """What the rules may look at. How large it will be, nobody knows before it is encoded: that is for the gate."""
        origin = self.situation.origin
        return Facts(
            label=self.request.label,
            zone=candidate.card.zone,
            provider=candidate.provider,
            model=candidate.name,
            purpose=self.request.purpose,
            project=origin.project,
            paths=origin.paths,
            worst_cost_microdollars=candidate.worst_cost_microdollars,
            is_named=self.is_named,
            hints=self.situation.hints,
            local_time=self.situation.local_time,
        )


def weigh(candidate: Candidate, asked: Asked) -> Weighed:
    """Find the first thing that speaks against this model."""
    judgement = _with_price(judge(asked.facts(candidate), asked.situation.policy), candidate, asked)
    if isinstance(judgement, Denied):
        objection = _denied(judgement)
    elif isinstance(judgement, MustAsk) and not asked.may_ask:
        objection = _unasked(candidate, judgement)
    else:
        objection = obstacle(candidate, asked)
    return Weighed(candidate=candidate, judgement=judgement, objection=objection)


def _with_price(judgement: Judgement, candidate: Candidate, asked: Asked) -> Judgement:
    """What could cost anything is for a person to see first, once they have set a ceiling."""
    ceilings, cost = asked.situation.policy.ceilings, candidate.worst_cost_microdollars
    if isinstance(judgement, Cleared) and is_price_missing(ceilings, candidate.card.zone, cost):
        return MustAsk(reasons=("Nobody knows what it costs, and you have set a ceiling.",))
    return judgement


def obstacle(candidate: Candidate, asked: Asked) -> Objection | None:
    """Find the first thing but the label that speaks against this model."""
    checks: tuple[Callable[[Candidate, Asked], Objection | None], ...] = (_skill, _room, _there, _money)
    return next((found for check in checks if (found := check(candidate, asked))), None)


def _denied(judgement: Denied) -> Objection:
    reasons = tuple(Reason(code=StaysHere.code, words=words) for words in judgement.reasons)
    return Objection(reasons=reasons, remedies=judgement.remedies)


def _unasked(candidate: Candidate, judgement: MustAsk) -> Objection:
    """What somebody must see first is for those who named where it goes."""
    reasons = tuple(Reason(code=NeedsApproval.code, words=words) for words in judgement.reasons)
    words = f"With --model {candidate.name} it could go to {candidate.provider}, once you have seen what leaves."
    return Objection(reasons=reasons, remedies=(f"Name the model: --model {candidate.name}",), flip=words)


def _skill(candidate: Candidate, asked: Asked) -> Objection | None:
    missing = asked.needs.missing_skills(candidate.card)
    if not missing:
        return None
    words = f"{candidate.name} {_LACKS[missing[0]]}."
    return _objection(ModelCannot.code, words, "`aspen models` and `aspen cloud list` say who can.")


def _room(candidate: Candidate, asked: Asked) -> Objection | None:
    card, needs = candidate.card, asked.needs
    over = needs.excess_tokens(card)
    if over <= 0:
        return None
    words = (
        f"{candidate.name} has room for {card.context_tokens:,} tokens; this is about {needs.prompt_tokens:,}, "
        f"and {needs.total_tokens(card) - needs.prompt_tokens:,} are kept for the answer."
    )
    flip = f"Shorter by about {over:,} tokens it would fit {candidate.name}."
    return _objection(PromptTooLong.code, words, f"Shorten it by about {over:,} tokens.", flip)


def _there(candidate: Candidate, asked: Asked) -> Objection | None:
    name, provider = candidate.name, candidate.provider
    if candidate.is_here:
        words = f"The engine of {name} does not work."
        return None if candidate.is_healthy else _objection(EngineFailed.code, words, "`aspen doctor` says why.")
    if asked.situation.is_airplane_mode:
        flip = f"With airplane mode off it could go to {name}: aspen airplane off"
        return _objection(AirplaneMode.code, "Airplane mode is on: nothing leaves.", "aspen airplane off", flip)
    if not candidate.is_connected:
        flip = f"With a key for {provider} it could go to {name}: aspen cloud add {provider}"
        return _objection(NoKey.code, f"There is no key for {provider}.", f"aspen cloud add {provider}", flip)
    if not candidate.is_healthy:
        return _objection(Unreachable.code, f"{provider} does not answer at the moment.", "Ask again in a while.")
    return None


def _money(candidate: Candidate, asked: Asked) -> Objection | None:
    if candidate.is_here:
        return None
    over = excess(asked.situation.policy.ceilings, asked.situation.spent, candidate.worst_cost_microdollars or 0)
    if over is None:
        return None
    flip = f"With a higher ceiling a {over.ceiling} it could go to {candidate.name}."
    return _objection(OverCeiling.code, over.sentence, "Bound the answer, or raise the ceiling in rules.toml.", flip)


def _objection(code: str, words: str, remedy: str, flip: str = "") -> Objection:
    return Objection(reasons=(Reason(code=code, words=words),), remedies=(remedy,), flip=flip)
