"""A model that says what it was told to say, and remembers what it was asked and how it ended."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from aspen.core.answer import Event, Finished, FinishReason, TextDelta, Timings, Usage
from aspen.core.errors import AspenError
from aspen.core.request import Request

FINISHED = Finished(
    reason=FinishReason.STOP,
    usage=Usage(prompt_tokens=3, completion_tokens=2),
    timings=Timings(first_token_ms=1.0, tokens_per_second=100.0),
)


class ScriptedModel:
    """Implements `core.protocols.Model`. An error in the script is raised at its place."""

    def __init__(self, script: Sequence[Event | AspenError]) -> None:
        self._script = script
        self.asked: list[Request] = []
        self.was_closed_early = False

    async def answer(self, request: Request) -> AsyncIterator[Event]:
        self.asked.append(request)
        try:
            for step in self._script:
                if isinstance(step, AspenError):
                    raise step
                yield step
        except GeneratorExit:
            self.was_closed_early = True
            raise


def saying(*pieces: str) -> ScriptedModel:
    """Script an answer in pieces that ends well."""
    return ScriptedModel([*(TextDelta(text=piece) for piece in pieces), FINISHED])
