"""Events as frames of the command channel. The answering half of `ask_arguments`."""

from __future__ import annotations

from typing import assert_never

from aspen.channel.framing import Frame
from aspen.core.answer import (
    AwaitingApproval,
    Event,
    Finished,
    Progress,
    Sent,
    TextDelta,
    ThinkingDelta,
    TokenLogprob,
    ToolCallDelta,
)
from aspen.core.decision import Decision, Reason, Refusal, Route


def event_frame(event: Event) -> Frame | None:
    """Return the frame of one event; `Finished` has none, since it becomes part of the result."""
    match event:
        case TextDelta(text=text, logprobs=()):
            return {"event": "text", "text": text}
        case TextDelta(text=text, logprobs=logprobs):
            return {"event": "text", "text": text, "logprobs": [_logprob(each) for each in logprobs]}
        case ThinkingDelta(text=text):
            return {"event": "thinking", "text": text}
        case ToolCallDelta(index=index, arguments=arguments, call_id=call_id, name=name):
            return {"event": "tool_call", "index": index, "call_id": call_id, "name": name, "arguments": arguments}
        case Progress():
            return progress_frame(event)
        case AwaitingApproval(nonce=nonce, body_sha256=body_sha256, provider=provider):
            return {"event": "awaiting_approval", "nonce": nonce, "body_sha256": body_sha256, "provider": provider}
        case Sent(sequence=sequence, provider=provider, body_bytes=body_bytes):
            return {"event": "sent", "sequence": sequence, "provider": provider, "body_bytes": body_bytes}
        case Finished():
            return None
        case _:
            assert_never(event)


def progress_frame(progress: Progress) -> Frame:
    return {
        "event": "progress",
        "stage": progress.stage.value,
        "done": progress.done,
        "total": progress.total,
        "what": progress.what,
    }


def decision_json(decision: Decision) -> Frame:
    """Return a decision as programs see it, with the words for people in it."""
    shared: Frame = {
        "reasons": [_reason(reason) for reason in decision.reasons],
        "considered": [{"model": other.model, "reason": _reason(other.reason)} for other in decision.considered],
    }
    match decision:
        case Route(model=model, flips=flips):
            return {"kind": "route", "model": model, **shared, "flips": list(flips)}
        case Refusal(remedies=remedies):
            return {"kind": "refusal", **shared, "remedies": list(remedies)}
        case _:
            assert_never(decision)


def _reason(reason: Reason) -> Frame:
    return {"code": reason.code, "words": reason.words}


def _logprob(token: TokenLogprob) -> Frame:
    return {"token": token.token, "logprob": token.logprob, "alternatives": [list(pair) for pair in token.alternatives]}
