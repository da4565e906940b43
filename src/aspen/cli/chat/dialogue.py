"""What a conversation at the terminal knows: which one it is and where it goes on, the model, the instructions.

The words themselves are remembered by the service: only the new question is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from aspen.channel.framing import Frame
from aspen.cli.answer_options import AnswerOptions, ask_arguments
from aspen.cli.commanding import Reach
from aspen.cli.model_words import model_named
from aspen.cli.prompts import stdin_is_terminal
from aspen.cli.reading import Json, objects, text

_NEW, _FROM_THE_START = "new", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A question with its answer: the turn that it follows, and whether the person cut the answer off."""

    before: str
    was_stopped: bool


@dataclass(slots=True, kw_only=True)
class Dialogue:
    """Changes as the person types; `options` are what the command line said.

    `conversation` is None until the first question is remembered; the next one follows the turn `goes_on`.
    `is_warned` says that the person was told that the store is not encrypted.
    """

    options: AnswerOptions
    reach: Reach
    model: str | None
    system: str | None
    parameters: dict[str, object]
    verbose: bool
    is_piped: bool
    conversation: str | None = None
    goes_on: str = _FROM_THE_START
    exchanges: list[Exchange] = field(default_factory=list[Exchange])
    last_result: Json = field(default_factory=dict[str, object])
    is_warned: bool = False
    _answer: str = ""

    def arguments(self, question: str) -> dict[str, object]:
        """Build the arguments of the verb `ask` for the next question."""
        messages = [{"role": "system", "content": self.system}] if self.system else []
        messages.append({"role": "user", "content": question})
        arguments = ask_arguments(replace(self.options, model=self.model), messages)
        arguments["conversation"] = self.conversation or _NEW
        if self.conversation:
            arguments["parent"] = self.goes_on
        if self.parameters:
            arguments["options"] = self.parameters
        if self.is_piped:
            arguments["is_piped"] = True
        return arguments

    def remembered(self, frame: Json) -> None:
        """Note under which ids the question and its answer are remembered."""
        self.conversation = text(frame, "conversation")
        self._answer = text(frame, "turn")

    def answered(self, *, was_stopped: bool = False) -> None:
        """Go on from the answer that has come, or from what there is of it."""
        if self._answer:
            self.exchanges.append(Exchange(before=self.goes_on, was_stopped=was_stopped))
            self.goes_on, self._answer = self._answer, ""

    def step_back(self) -> bool:
        """Go on from before the last question; False where there is none."""
        if not self.exchanges:
            return False
        self.goes_on = self.exchanges.pop().before
        return True

    def clear(self) -> None:
        """Begin a new conversation with the next question."""
        self.conversation, self.goes_on = None, _FROM_THE_START
        self.exchanges.clear()

    def take(self, opened: Frame) -> None:
        """Go on with a conversation that was opened; its model and its instructions are taken up again."""
        self.conversation, self.goes_on = text(opened, "conversation"), text(opened, "turn")
        self.model = text(opened, "model") or self.model
        self.system = text(opened, "system") or None
        self.exchanges.clear()
        before = _FROM_THE_START
        for message in objects(opened, "messages"):
            if text(message, "role") == "assistant":
                self.exchanges.append(Exchange(before=before, was_stopped=message.get("was_stopped") is True))
                before = text(message, "turn")


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
        is_piped=not stdin_is_terminal(),
    )
