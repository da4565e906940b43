"""Collects a streamed answer into the result object of `ask`; see docs/reference/json.md."""

from __future__ import annotations

from aspen.channel.framing import Frame
from aspen.core.answer import Event, Finished, TextDelta, ThinkingDelta, ToolCallDelta
from aspen.core.decision import Decision, Refusal
from aspen.core.isolation import JailReport, seal_to_json
from aspen.core.model_card import Zone
from aspen.service.frames import decision_json


class AnswerSoFar:
    """Mutable while the answer streams; `result` is read once, at the end."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: dict[int, dict[str, str]] = {}
        self._finished: Finished | None = None

    def add(self, event: Event) -> None:
        """Take in one event; progress leaves no trace."""
        match event:
            case TextDelta(text=text):
                self._text.append(text)
            case ThinkingDelta(text=text):
                self._thinking.append(text)
            case ToolCallDelta():
                self._add_call(event)
            case Finished():
                self._finished = event
            case _:
                pass

    def result(self, decision: Decision, report: JailReport | None, notes: list[str], offer: Frame | None) -> Frame:
        """Return the whole answer as one object, schema 1."""
        finished = self._finished
        return {
            "schema": 1,
            "answer": "".join(self._text),
            "thinking": "".join(self._thinking),
            "tool_calls": [self._calls[index] for index in sorted(self._calls)],
            "model": None if isinstance(decision, Refusal) else decision.model,
            "zone": Zone.MACHINE.value,
            "decision": decision_json(decision),
            "finish_reason": finished.reason.value if finished else None,
            "usage": _usage(finished),
            "timings": _timings(finished),
            "jail": seal_to_json(report) if report else None,
            "notes": notes,
            "offer": offer,
        }

    def _add_call(self, delta: ToolCallDelta) -> None:
        call = self._calls.setdefault(delta.index, {"call_id": "", "name": "", "arguments": ""})
        call["call_id"] = call["call_id"] or delta.call_id or ""
        call["name"] = call["name"] or delta.name or ""
        call["arguments"] += delta.arguments


def _usage(finished: Finished | None) -> Frame | None:
    if finished is None:
        return None
    usage = finished.usage
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "cached_tokens": usage.cached_tokens,
    }


def _timings(finished: Finished | None) -> Frame | None:
    if finished is None:
        return None
    timings = finished.timings
    return {
        "first_token_ms": round(timings.first_token_ms, 1),
        "tokens_per_second": round(timings.tokens_per_second, 1),
        "prompt_ms": round(timings.prompt_ms, 1),
    }
