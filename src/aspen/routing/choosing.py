"""Which model answers: pure, on labels, rules and what is known of the models. Never looks at what is said.

    label and rules  →  skill and room  →  is it there  →  money  →  what the person prefers, local first

Laws: for any rules and any request, what is labelled private is never routed off the machine; `auto` leaves it only
for what no local model could do, and only where nobody need be asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aspen.core.decision import Considered, Decision, Reason, Refusal, Route
from aspen.core.errors import EngineFailed, NotFound, PromptTooLong, StaysHere
from aspen.core.policy import MustAsk
from aspen.core.request import AUTO, Request
from aspen.routing.candidate import Candidate, Situation
from aspen.routing.flips import flips
from aspen.routing.naming import CLOUD, LOCAL, find, in_order, is_exact, near_names, reachable
from aspen.routing.needs import needs_of
from aspen.routing.objections import Asked, Objection, Weighed, weigh

_NOT_NAMED = Reason(code="not_named", words="Another model was named.")
_NOT_FIRST = Reason(code="not_first", words="Another model goes first.")
_MUST_BE_NAMED = Reason(code="must_be_named", words="It answers only by its own name.")
_HERE = Reason(code="on_this_computer", words="It runs on this computer.")
_MAY_NOT_FIT = Reason(code="may_not_fit", words="It may be too long for it: the engine counts and says by how much.")
_NOT_SENT = Reason(code=StaysHere.code, words="Not sent.")

_WHY = {
    AUTO: Reason(code="local_first", words="No model was named, and local models answer by default."),
    LOCAL: Reason(code="local", words="You asked for a model on this computer."),
    CLOUD: Reason(code="cloud", words="You asked for a model elsewhere."),
}
_NO_LOCAL = Reason(code="no_local_model", words="No model on this computer can do this.")
_NAMED = Reason(code="named", words="You named it.")


def choose(request: Request, candidates: Iterable[Candidate], situation: Situation) -> Decision:
    """Route a request, whose label is joined already, or refuse it.

    `candidates` come in the order of preference. Of two with the same name only the nearer one can be chosen.
    """
    wanted = request.wanted_model
    may_ask = wanted not in (AUTO, LOCAL)
    asked = Asked(request=request, needs=needs_of(request), situation=situation, may_ask=may_ask)
    known = reachable(candidates)
    weighed = {candidate.name: weigh(candidate, asked) for candidate in known}
    if is_exact(wanted):
        named = find(wanted, known)
        choices = () if named is None else (weighed[named.name],)
    else:
        choices = tuple(weighed[each.name] for each in in_order(wanted, known, situation.preferred_cloud))
    if not choices:
        return _nobody(wanted, known, _considered(weighed.values(), wanted))
    chosen = _first_willing(choices)
    if chosen is None:
        blocker = next(filter(_is_broken, choices), choices[0])
        return _refusal(blocker, _considered(_without(blocker, weighed.values()), wanted))
    others = _without(chosen, weighed.values())
    return Route(
        model=chosen.candidate.name,
        reasons=tuple(_reasons(chosen, choices, wanted)),
        considered=_considered(others, wanted),
        flips=flips(others, asked, is_here=chosen.candidate.is_here),
    )


def _first_willing(choices: Sequence[Weighed]) -> Weighed | None:
    """Return the first that nothing speaks against; nothing goes elsewhere while a local one could do it.

    Room is an estimate here and a count in the engine: where every local model seems too small and nothing else will
    do, the roomiest is asked.
    """
    here = [each for each in choices if each.candidate.is_here]
    willing = next((each for each in choices if each.objection is None), None)
    if willing is not None and (willing.candidate.is_here or not any(map(_is_broken, here))):
        return willing
    tight = [each for each in here if each.objection is not None and each.objection.code == PromptTooLong.code]
    if willing is not None or not tight:
        return None
    return max(tight, key=lambda each: each.candidate.card.context_tokens)


def _is_broken(weighed: Weighed) -> bool:
    return weighed.objection is not None and weighed.objection.code == EngineFailed.code


def _reasons(chosen: Weighed, choices: Sequence[Weighed], wanted: str) -> Iterable[Reason]:
    if is_exact(wanted):
        yield _NAMED
    elif wanted == AUTO and not chosen.candidate.is_here:
        yield _NO_LOCAL
        yield from (reason for each in choices if each.candidate.is_here for reason in _first_reason(each.objection))
    else:
        yield _WHY[wanted]
    if chosen.candidate.is_here:
        yield _HERE
    else:
        code = "asks_first" if isinstance(chosen.judgement, MustAsk) else "may_leave"
        yield from (Reason(code=code, words=words) for words in chosen.judgement.reasons)
    if chosen.objection is not None:
        yield _MAY_NOT_FIT


def _first_reason(objection: Objection | None) -> tuple[Reason, ...]:
    return () if objection is None else objection.reasons[:1]


def _without(one: Weighed, weighed: Iterable[Weighed]) -> list[Weighed]:
    return [each for each in weighed if each is not one]


def _considered(others: Iterable[Weighed], wanted: str) -> tuple[Considered, ...]:
    return tuple(Considered(model=each.candidate.name, reason=_why_not(each, wanted)) for each in others)


def _why_not(weighed: Weighed, wanted: str) -> Reason:
    if weighed.objection is not None:
        return weighed.objection.reasons[0]
    if is_exact(wanted):
        return _NOT_NAMED
    if (wanted == LOCAL and not weighed.candidate.is_here) or (wanted == CLOUD and weighed.candidate.is_here):
        return _WHY[wanted]
    return _NOT_FIRST if weighed.candidate.is_here or weighed.candidate.is_routable else _MUST_BE_NAMED


def _refusal(best: Weighed, considered: tuple[Considered, ...]) -> Refusal:
    """What speaks against the best of the choices is why; a reason of privacy begins with what did not happen."""
    assert best.objection is not None
    stays = best.objection.code == StaysHere.code
    reasons = (_NOT_SENT, *best.objection.reasons) if stays else best.objection.reasons
    return Refusal(reasons=reasons, remedies=best.objection.remedies, considered=considered)


def _nobody(wanted: str, known: Sequence[Candidate], considered: tuple[Considered, ...]) -> Refusal:
    if wanted == CLOUD:
        others = any(not each.is_here for each in known)
        words = "No model elsewhere can be chosen without its name." if others else "No model elsewhere is known."
        remedies = ("aspen cloud add anthropic",)
    elif not is_exact(wanted):
        words, remedies = "No model on this computer can answer.", ("aspen setup",)
    else:
        near = near_names(wanted, known)
        words = f"There is no model named {wanted}."
        remedies = (*([f"Did you mean {' or '.join(near)}?"] if near else ()), "`aspen models` lists what is here.")
    return Refusal(reasons=(Reason(code=NotFound.code, words=words),), remedies=remedies, considered=considered)
