"""One answer with a bit of everything that an answer can hold, for those who write it in their dialect."""

from __future__ import annotations

from aspen.core.answer import (
    Event,
    Finished,
    FinishReason,
    Progress,
    Stage,
    TextDelta,
    ThinkingDelta,
    Timings,
    TokenLogprob,
    ToolCallDelta,
    Usage,
)

USAGE = Usage(prompt_tokens=30, completion_tokens=5, cached_tokens=20, cache_written_tokens=4)
TIMINGS = Timings(first_token_ms=1.0, tokens_per_second=1.0)
EVENTS: list[Event] = [
    Progress(stage=Stage.PROMPT, done=1, total=2),
    ThinkingDelta(text="Hm."),
    ThinkingDelta(text="", signature="c2ln"),
    TextDelta(text="Look", logprobs=(TokenLogprob(token="Look", logprob=-0.5, alternatives=(("See", -1.0),)),)),
    TextDelta(text="ing."),
    ToolCallDelta(index=0, arguments='{"a"', call_id="a", name="look"),
    ToolCallDelta(index=1, arguments="{}", call_id="b", name="look"),
    ToolCallDelta(index=0, arguments=": 1}"),
    Finished(reason=FinishReason.TOOL_CALLS, usage=USAGE, timings=TIMINGS),
]
