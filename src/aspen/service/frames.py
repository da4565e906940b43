"""Events as frames of the command channel. The answering half of `ask_arguments`."""

from __future__ import annotations

from typing import assert_never

from aspen.channel.framing import Frame
from aspen.core.answer import Event, Finished, Progress, TextDelta, ThinkingDelta, TokenLogprob, ToolCallDelta
from aspen.core.decision import Decision, Refusal, Route


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
    match decision:
        case Route(model=model, reasons=reasons, considered=considered):
            others = [{"model": other.model, "reason": other.reason} for other in considered]
            return {"kind": "route", "model": model, "reasons": list(reasons), "considered": others}
        case Refusal(reasons=reasons, remedies=remedies):
            return {"kind": "refusal", "reasons": list(reasons), "remedies": list(remedies)}
        case _:
            assert_never(decision)


def _logprob(token: TokenLogprob) -> Frame:
    return {"token": token.token, "logprob": token.logprob, "alternatives": [list(pair) for pair in token.alternatives]}
