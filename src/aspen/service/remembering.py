"""Writes a conversation down while it happens: the question before it is asked, the answer as it comes.

A process that is killed loses at most the last quarter of a second. What was sent with a person's approval carries
from then on where it may go: to that provider, and nowhere else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

from aspen.channel.framing import Frame
from aspen.core.conversation import Turn
from aspen.core.decision import Decision
from aspen.core.errors import AspenError
from aspen.core.label import UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Part, Role, Text
from aspen.core.protocols import Clock
from aspen.service.answer_so_far import AnswerSoFar
from aspen.service.attachments import NOTHING_ATTACHED, Attachments, without_instruction
from aspen.service.gathering import Gathered, text_of
from aspen.service.keeping_here import settings_with_rest
from aspen.service.resuming import Entered, said_instructions, settings_with
from aspen.store.conversations import ConversationCard
from aspen.store.outcome import UNKNOWN, Outcome
from aspen.store.store import Store
from aspen.store.turns import KeptTurn

DELETED_ARE_KEPT = timedelta(days=30)
"""How long a deleted conversation can be brought back."""

# A little less than the quarter of a second that is promised: a busy loop rings its timers late.
_SAVE_EVERY_SECONDS = 0.2
_LONGEST_TITLE = 60


class Remembered:
    """One question and its answer in the store; does nothing for a question outside of a conversation.

    `entered` is the question as the client put it, without what an assistant adds.
    """

    def __init__(
        self,
        entered: Entered,
        gathered: Gathered,
        store: Store,
        clock: Clock,
        attachments: Attachments = NOTHING_ATTACHED,
    ) -> None:
        self._asked = entered.asked
        self._around = entered.around
        self._attachments = attachments
        self._said = tuple(map(without_instruction, gathered.said[-len(entered.asked.messages) :]))
        self._instructions = said_instructions(self._said) or entered.instructions
        self._label = gathered.label
        self._store = store
        self._clock = clock
        self._created_at = clock.now()
        self._decision: Decision | None = None
        self._asked_ids: list[str] = []
        self._answer_id = uuid4().hex
        self._answer = _Growing(clock)

    @property
    def _before(self) -> str | None:
        """The turn that the question follows."""
        return self._asked.parent_id or None

    @property
    def _question_id(self) -> str | None:
        return self._asked_ids[-1] if self._asked_ids else None

    def to_json(self) -> Frame:
        """Return what a client needs to go on; all of it null where nothing was written."""
        begun = self._question_id is not None
        known = self._asked.conversation_id if begun or self._around.conversation else None
        return {"conversation": known, "question": self._question_id, "turn": self._answer_id if begun else None}

    def event(self) -> Frame | None:
        """Return the event that says under which ids the question is remembered, once it is."""
        if self._question_id is None:
            return None
        return {"event": "remembered", **self.to_json(), "is_encrypted": self._store.is_encrypted}

    def routed(self, decision: Decision) -> None:
        """Write down what was said, before anybody is asked."""
        self._decision = decision
        if self._asked.conversation_id is None:
            return
        if self._around.conversation is None:
            self._store.conversations.purge_deleted(self._clock.now() - DELETED_ARE_KEPT)
        with self._store.together():  # whoever is killed in between leaves no conversation without a question
            self._asked_ids = self._keep_question(self._asked.conversation_id)

    def _keep_question(self, conversation_id: str) -> list[str]:
        card = self._begin(conversation_id)
        if card.wanted_model != self._asked.model:
            self._store.conversations.set_wanted_model(card.conversation_id, self._asked.model)
        self._keep_instructions(card)
        if self._asked.again_id is not None:
            return [self._asked.again_id]
        kept, parent = list[str](), self._before
        for message in self._said:
            if message.role is not Role.SYSTEM:
                parent = self._save(uuid4().hex, parent, message, is_complete=True)
                kept.append(parent)
        if kept and self._asked.attached:
            self._store.attached_files.took_along(kept[-1], self._asked.attached)
        return kept

    def sent_to(self, provider: str) -> None:
        """Let words that a person saw leave go to the same provider again with the next question."""
        if self._label.source is not LabelSource.UNSET:
            return
        self._label = Label(
            sensitivity=Sensitivity.PUBLIC,
            source=LabelSource.DECLARED,
            reasons=(f"you sent it to {provider}",),
            providers=frozenset({provider}),
        )
        turns = [message for message in self._said if message.role is not Role.SYSTEM]
        for turn_id, message in zip(self._asked_ids, turns, strict=False):
            if message.label.source is LabelSource.UNSET:
                self._let_go_again(turn_id)
        if self._asked_ids and self._instructions and self._instructions.label.source is LabelSource.UNSET:
            self._instructions = replace(self._instructions, label=self._label)
            self._keep_instructions(self._card())

    def _let_go_again(self, turn_id: str) -> None:
        """Label what was sent; of a message of which something is kept here, the rest."""
        card = self._card()
        if (settings := settings_with_rest(card, turn_id, self._label)) is None:
            self._store.turns.declare_label(turn_id, self._label)
        else:
            self._store.conversations.set_settings(card.conversation_id, settings)

    def grew(self, so_far: AnswerSoFar) -> None:
        """Write down what has come, now or within a quarter of a second."""
        if self._question_id is not None:
            self._answer.changed(lambda: self._save_spoken(so_far))

    def ended(self, so_far: AnswerSoFar, *, is_complete: bool) -> None:
        """Write down the whole answer, or what there is of one that was stopped."""
        self._answer.stop()
        if self._question_id is None:
            return
        if is_complete:
            self._save_answer(so_far.parts(), so_far, is_complete=True)
        elif not self._save_spoken(so_far):
            self._step_back()

    def _step_back(self) -> None:
        """Nobody answered: whoever goes on does so from the turn before."""
        card = self._card()
        if self._before is not None and card.current_turn_id == self._question_id:
            self._store.turns.choose(card.conversation_id, self._before)

    def _begin(self, conversation_id: str) -> ConversationCard:
        """Return the conversation, made now if this is its first question."""
        if self._around.conversation is not None:
            return self._around.conversation
        asked, said_of_it = self._asked, "You said so of this conversation"
        return self._store.conversations.create(
            _title(asked.messages),
            conversation_id=conversation_id,
            label=UNSET if asked.declared is None else replace(asked.declared, reasons=(said_of_it,)),
            project_id=None if self._around.project is None else self._around.project.project_id,
            wanted_model=asked.model,
        )

    def _card(self) -> ConversationCard:
        assert self._asked.conversation_id is not None
        return self._store.conversations.card(self._asked.conversation_id)

    def _keep_instructions(self, card: ConversationCard) -> None:
        settings = settings_with(card.settings, self._instructions)
        if settings != card.settings:
            self._store.conversations.set_settings(card.conversation_id, settings)

    def _save_spoken(self, so_far: AnswerSoFar) -> bool:
        """Of an incomplete answer, save the words if there are any: half a thought or tool call is of no use."""
        if spoken := _spoken(so_far):
            self._save_answer(spoken, so_far, is_complete=False)
        return bool(spoken)

    def _save_answer(self, parts: tuple[Part, ...], so_far: AnswerSoFar, *, is_complete: bool) -> None:
        if self._instructions is not None and not self._instructions.was_answered:
            self._instructions = replace(self._instructions, was_answered=True)
            self._keep_instructions(self._card())
        message = Message(role=Role.ASSISTANT, parts=parts, label=self._label)
        outcome = so_far.outcome(self._clock.now())
        if is_complete:
            outcome = replace(outcome, sources=self._attachments.sources(message.text))
        self._save(self._answer_id, self._question_id, message, is_complete=is_complete, outcome=outcome)

    def _save(
        self, turn_id: str, parent_id: str | None, message: Message, *, is_complete: bool, outcome: Outcome = UNKNOWN
    ) -> str:
        assert self._asked.conversation_id is not None
        turn = Turn(
            turn_id=turn_id, parent_id=parent_id, message=message, decision_id=None, created_at=self._created_at
        )
        kept = KeptTurn(turn=turn, decision=self._decision, is_complete=is_complete, outcome=outcome)
        self._store.turns.save(self._asked.conversation_id, kept)
        return turn_id


class _Growing:
    """Has something saved when it changes, but not more often than every quarter of a second, and then soon.

    `save` says whether there was something to save.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._saved_at = float("-inf")
        self._waiting: asyncio.TimerHandle | None = None
        self._error: AspenError | None = None

    def changed(self, save: Callable[[], bool]) -> None:
        """Save now, or when it is time. Raises what went wrong the last time."""
        if self._error is not None:
            raise self._error
        rest = self._saved_at + _SAVE_EVERY_SECONDS - self._clock.monotonic()
        if rest <= 0:
            self.stop()
            self._save(save)
        elif self._waiting is None:
            self._waiting = asyncio.get_running_loop().call_later(rest, self._save_later, save)

    def stop(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _save(self, save: Callable[[], bool]) -> None:
        if save():
            self._saved_at = self._clock.monotonic()

    def _save_later(self, save: Callable[[], bool]) -> None:
        self._waiting = None
        try:
            self._save(save)
        except AspenError as error:
            self._error = error


def _spoken(so_far: AnswerSoFar) -> tuple[Text, ...]:
    words = tuple(part for part in so_far.parts() if isinstance(part, Text))
    return words if any(part.text.strip() for part in words) else ()


def _title(messages: tuple[Message, ...]) -> str:
    words = " ".join(text_of(messages).split())
    return words if len(words) <= _LONGEST_TITLE else words[: _LONGEST_TITLE - 1].rstrip() + "…"
