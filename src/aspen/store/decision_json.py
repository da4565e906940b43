"""A decision as JSON, for the turn that it led to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, assert_never

from aspen.core.decision import Considered, Decision, Reason, Refusal, Route


def decision_to_json(decision: Decision) -> dict[str, object]:
    """Flatten a decision; `kind` says which of the two it is."""
    told: dict[str, object] = {
        "reasons": [_reason_to_json(reason) for reason in decision.reasons],
        "considered": [{"model": each.model, "reason": _reason_to_json(each.reason)} for each in decision.considered],
    }
    match decision:
        case Route():
            return {"kind": "route", "model": decision.model, "flips": list(decision.flips), **told}
        case Refusal():
            return {"kind": "refusal", "remedies": list(decision.remedies), **told}
        case _:
            assert_never(decision)


def decision_from_json(told: Mapping[str, Any]) -> Decision:
    """Rebuild a decision. Raises KeyError, TypeError or ValueError for anything else."""
    reasons = tuple(_reason_from_json(reason) for reason in told["reasons"])
    considered = tuple(
        Considered(model=str(each["model"]), reason=_reason_from_json(each["reason"])) for each in told["considered"]
    )
    match told["kind"]:
        case "route":
            flips = tuple(str(flip) for flip in told["flips"])
            return Route(model=str(told["model"]), reasons=reasons, considered=considered, flips=flips)
        case "refusal":
            remedies = tuple(str(remedy) for remedy in told["remedies"])
            return Refusal(reasons=reasons, considered=considered, remedies=remedies)
        case kind:
            raise ValueError(f"no decision is a {kind}")


def _reason_to_json(reason: Reason) -> dict[str, object]:
    return {"code": reason.code, "words": reason.words}


def _reason_from_json(told: Mapping[str, Any]) -> Reason:
    return Reason(code=str(told["code"]), words=str(told["words"]))
