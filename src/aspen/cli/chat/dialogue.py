"""What a conversation at the terminal knows: its turns, the model, the instructions and the parameters.

An answer that was stopped in the middle stays, marked: the model should see what it had said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from aspen.cli.answer_options import AnswerOptions, ask_arguments
from aspen.cli.commanding import Reach
from aspen.cli.model_words import model_named
from aspen.cli.reading import Json, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One side's words. `was_stopped` says that the person cut this answer off."""

    role: str
    content: str
    was_stopped: bool = False


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """Changes as the person types; `options` are what the command line said."""

    options: AnswerOptions
    reach: Reach
    model: str | None
    system: str | None
    parameters: dict[str, object]
    verbose: bool
    turns: list[Turn] = field(default_factory=list[Turn])
    last_result: Json = field(default_factory=dict[str, object])

    def arguments(self, question: str) -> dict[str, object]:
        """Build the arguments of the verb `ask`: everything that was said, then `question`."""
        before = [Turn(role="system", content=self.system)] if self.system else []
        turns = [*before, *self.turns, Turn(role="user", content=question)]
        messages = [{"role": turn.role, "content": turn.content} for turn in turns]
        arguments = ask_arguments(replace(self.options, model=self.model), messages)
        return {**arguments, "options": self.parameters} if self.parameters else arguments

    def add(self, question: str, answer: str, *, was_stopped: bool = False) -> None:
        self.turns += [
            Turn(role="user", content=question),
            Turn(role="assistant", content=answer, was_stopped=was_stopped),
        ]

    def to_messages(self) -> list[dict[str, object]]:
        """Flatten the turns, with the instructions in front, for saving."""
        system: list[dict[str, object]] = [{"role": "system", "content": self.system}] if self.system else []
        return [*system, *(_message(turn) for turn in self.turns)]

    def take_messages(self, messages: Iterable[Json]) -> None:
        """Go on from a saved conversation."""
        turns = [_turn(message) for message in messages]
        self.system = next((turn.content for turn in turns if turn.role == "system"), None)
        self.turns = [turn for turn in turns if turn.role != "system"]


def begin(options: AnswerOptions, reach: Reach) -> Dialogue:
    """Start from the command line.

    Raises NotFound for a model file that is not there.
    """
    return Dialogue(
        options=options,
        reach=reach,
        model=model_named(options.model) if options.model else None,
        system=options.system,
        parameters=options.sampling(),
        verbose=options.verbose,
    )


def _message(turn: Turn) -> dict[str, object]:
    return {"role": turn.role, "content": turn.content, **({"stopped": True} if turn.was_stopped else {})}


def _turn(message: Json) -> Turn:
    return Turn(
        role=text(message, "role"), content=text(message, "content"), was_stopped=message.get("stopped") is True
    )
