"""`ask`, the story of one command: look who could answer, gather what goes along, ask, remember, report."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from aspen.ask import ask
from aspen.channel.framing import Frame
from aspen.core.answer import AwaitingApproval, Event, Sent
from aspen.core.decision import Decision, Refusal, Route
from aspen.core.errors import AspenError, NotFound
from aspen.core.label import Label
from aspen.core.request import AUTO, Request
from aspen.privacy.detection.people import joined_hints
from aspen.routing.naming import CLOUD, LOCAL
from aspen.service import offers
from aspen.service.answer_so_far import AnsweredHere, AnswerSoFar
from aspen.service.ask_arguments import AskArguments, read_ask
from aspen.service.at_hand import ModelsAtHand
from aspen.service.attaching import attach
from aspen.service.attachments import Attachments
from aspen.service.document_room import Room, room_for_documents
from aspen.service.elsewhere import Elsewhere, look_elsewhere
from aspen.service.frames import decision_json, event_frame
from aspen.service.gathering import Gathered, Surroundings, gather
from aspen.service.here import Here, find_here
from aspen.service.in_project import in_its_project, with_one_system, with_project
from aspen.service.labels import project_at
from aspen.service.people import hints_of_people, would_leave
from aspen.service.previewing import preview
from aspen.service.remembering import Remembered
from aspen.service.resuming import Entered, enter_conversation, join_replaced, with_assistant
from aspen.service.taking_along import taken_along
from aspen.service.waiting import WaitingAsk
from aspen.store.store import Store
from aspen.workspace import Workspace

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One question with everything that was looked up for it."""

    workspace: Workspace
    asked: AskArguments
    store: Store
    elsewhere: Elsewhere
    here: Here | None
    around: Surroundings
    gathered: Gathered
    remembered: Remembered

    def models(self) -> ModelsAtHand:
        return ModelsAtHand(
            here=self.here,
            elsewhere=self.elsewhere,
            gathered=self.gathered,
            preferred_cloud=self.workspace.settings.cloud_model,
        )

    def request(self) -> Request:
        here, asked = self.here, self.asked
        is_general = asked.model in (None, AUTO, LOCAL, CLOUD)
        wanted = asked.model if is_general or here is None else here.name
        limits = asked.limits if here is None else here.limits
        request = asked.request(wanted, with_one_system(self.gathered.messages), limits)
        adapters = asked.adapters if here is None else here.adapters
        return replace(request, label=self.gathered.label, adapters=adapters)

    async def label_now(self) -> Label:
        """What the same words are labelled by now, after whatever persons have said meanwhile."""
        now = _around_now(self.around, self.asked, self.store)
        return (await asyncio.to_thread(gather, self.asked, now, is_named=False)).label


async def ask_model(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Answer one request: frames of progress, the decision, the answer as it comes, and the result object."""
    store = await workspace.store()
    asked = await taken_along(in_its_project(read_ask(arguments), store), store)
    elsewhere = await look_elsewhere(workspace, asked.model or AUTO)
    found: list[Here] = []
    if wants_here(workspace, asked.model, elsewhere):
        name = None if asked.model in (AUTO, LOCAL) else asked.model
        try:
            async for frame in find_here(workspace, asked, name, found):
                yield frame
        except NotFound as error:
            raise _with_near_names(error, elsewhere.near(name or "")) from None
    # A gate that does not run yet starts while the words are looked through.
    with elsewhere.gate.connecting_ahead() if _is_named(asked, elsewhere) else nullcontext():
        here = found[0] if found else None
        attached: list[Attachments] = []
        entered = _entered(workspace, asked, store, elsewhere, here)
        async for frame in attach(workspace, entered, _room(entered, elsewhere, here), attached):
            yield frame
        asking = await _looked_through(partial(_gather, workspace, asked, store, elsewhere, here, attached[0]))
        story = preview(asking.models(), asking.request()) if asked.is_preview else _answer(asking)
        async with aclosing(story) as frames:
            async for frame in frames:
                yield frame


def _with_near_names(error: NotFound, near: list[str]) -> NotFound:
    """A name that is known nowhere may be meant for a model elsewhere."""
    if not near:
        return error
    return NotFound(error.sentence, hint=f"Did you mean {' or '.join(near)}? {error.hint}".strip(), facts=error.facts)


def _is_named(asked: AskArguments, elsewhere: Elsewhere) -> bool:
    return asked.model is not None and elsewhere.knows(asked.model)


def _entered(
    workspace: Workspace, asked: AskArguments, store: Store, elsewhere: Elsewhere, here: Here | None
) -> Entered:
    leaves = _is_named(asked, elsewhere)
    entered = enter_conversation(asked, store, workspace.home, leaves=leaves)
    return with_project(entered if here is None else with_assistant(here, entered))


def _room(entered: Entered, elsewhere: Elsewhere, here: Here | None) -> Room:
    """The model on this machine goes first, and so it is the one that passages have to fit."""
    asked = entered.asked
    cards = elsewhere.cards(asked.model or AUTO) if here is None else [here.prepared.card]
    return room_for_documents(asked, entered.around.history, asked.limits if here is None else here.limits, cards)


async def _gather(
    workspace: Workspace,
    asked: AskArguments,
    store: Store,
    elsewhere: Elsewhere,
    here: Here | None,
    attachments: Attachments,
) -> Asking:
    entered = enter_conversation(asked, store, workspace.home, leaves=_is_named(asked, elsewhere))
    told = with_project(entered if here is None else with_assistant(here, entered))
    around = replace(told.around, own_words=workspace.own_words, attachments=attachments)
    is_named = _is_named(asked, elsewhere)
    while True:
        # Files are read and looked through: off the loop, which other answers stream over.
        gathered = await asyncio.to_thread(gather, told.asked, around, is_named=is_named)
        if (now := _around_now(around, told.asked, store)) == around:
            break
        around = now  # a person has said something of the place meanwhile
    gathered = join_replaced(gathered, entered)
    return Asking(
        workspace=workspace,
        asked=told.asked,
        store=store,
        elsewhere=elsewhere,
        here=here,
        around=around,
        gathered=gathered,
        remembered=Remembered(entered, gathered, store, workspace.clock, attachments),
    )


def _around_now(around: Surroundings, asked: AskArguments, store: Store) -> Surroundings:
    """The same place, with what persons have said of it by now."""
    known = around.conversation
    return replace(
        around,
        declared=store.declared_paths(),
        conversation=None if known is None else store.conversations.card(known.conversation_id),
        project=None if asked.folder is None else store.projects.project_of(asked.folder),
    )


async def _looked_through(gather_all: Callable[[], Awaitable[Asking]]) -> Asking:
    """Gather, and where the words would leave add what the reader sees in them, which can only make the gate ask.

    It takes a while to look, so everything is gathered anew afterwards: a person may have said something meanwhile.
    """
    asking = await gather_all()
    while asking.elsewhere.connected and asking.workspace.people.is_installed:
        texts = asking.gathered.new_texts
        if not would_leave(asking.models(), asking.request()):
            break
        more = await hints_of_people(asking.workspace.people, texts)
        asking = await gather_all()
        if asking.gathered.new_texts == texts:
            hints = joined_hints(asking.gathered.hints, more)
            return replace(asking, gathered=replace(asking.gathered, hints=hints))
    return asking


def wants_here(workspace: Workspace, name: str | None, elsewhere: Elsewhere) -> bool:
    """Whether a model of this machine could be meant; a name that is known nowhere is for the search here to refuse."""
    if name in (None, AUTO, LOCAL):
        return True
    assert name is not None
    if name == CLOUD:
        return False
    if not elsewhere.knows(name):
        return True
    with suppress(NotFound):
        return workspace.choose(name) is not None
    return False


async def _answer(asking: Asking) -> AsyncGenerator[Frame]:
    """Ask, where a stricter word that is said while a person looks at the preview still counts."""
    waiting = asking.workspace.waiting
    ask_ = WaitingAsk(asking.gathered.label, asking.label_now, asking.asked.conversation_id)
    waiting.add(ask_)
    try:
        async with aclosing(_answer_watched(asking, ask_)) as frames:
            async for frame in frames:
                yield frame
    finally:
        waiting.discard(ask_)
        ask_.is_over.set()


async def _answer_watched(asking: Asking, waiting: WaitingAsk) -> AsyncGenerator[Frame]:
    """Ask, and pass on what comes; whatever ends it, what has come is kept."""
    for note in () if asking.here is None else asking.here.prepared.notes:
        yield {"event": "note", "text": note}
    so_far, report = AnswerSoFar(), _Report()
    remembered = asking.remembered
    answer = cast("AsyncGenerator[Decision | Event]", ask(asking.request(), asking.models()))
    try:
        async with aclosing(answer), aclosing(waiting.watch(answer)) as items:
            async for item in items:
                match item:
                    case Route(model=name):
                        report.decision, so_far.card = item, asking.models().card(name)
                        remembered.routed(item)
                        yield {"event": "decision", **decision_json(item)}
                        if frame := remembered.event():
                            yield frame
                    case Refusal():
                        report.decision = item
                        await _note_refusal(asking, item)
                        yield {"event": "decision", **decision_json(item)}
                    case _:
                        if isinstance(item, Sent):
                            report.sent = item
                            remembered.sent_to(item.provider)
                        so_far.add(item)
                        remembered.grew(so_far)
                        if frame := event_frame(item):
                            yield {**frame, **_beside(asking, item)}
    finally:
        remembered.ended(so_far, is_complete=so_far.is_finished)
    result = await _result(asking, so_far, report)
    read = asking.around.attachments.to_json(str(result["answer"]))
    yield {"result": {**result, **read, **remembered.to_json()}}


def _beside(asking: Asking, event: Event) -> Frame:
    """A person who is asked about words is first asked about their project, once."""
    folder = asking.asked.folder
    if not isinstance(event, AwaitingApproval) or folder is None:
        return {}
    return {"project": project_at(folder, asking.store, asking.workspace.home)}


class _Report:
    """What is known of the outcome; mutable while the answer comes."""

    def __init__(self) -> None:
        self.decision: Decision | None = None
        self.sent: Sent | None = None


async def _result(asking: Asking, so_far: AnswerSoFar, report: _Report) -> Frame:
    assert report.decision is not None
    here = asking.here
    if here is None or so_far.card is not here.prepared.card:
        return so_far.result(report.decision, None, report.sent)
    if asking.asked.keep_seconds is not None:
        asking.workspace.engines.keep(here.prepared.spec, asking.asked.keep_seconds)
    offer = await offers.after_answer(asking.workspace, here.chosen)
    beside = AnsweredHere(report=here.engine and here.engine.report, notes=here.prepared.notes, offer=offer)
    return so_far.result(report.decision, beside, None)


async def _note_refusal(asking: Asking, refusal: Refusal) -> None:
    """Have the ledger say what a person wanted to send and what kept it here. The refusal stands without it."""
    wanted = asking.asked.model
    if wanted is None or asking.here is not None:
        return
    reasons = tuple(reason.words for reason in refusal.reasons)
    with suppress(AspenError):
        outbound = asking.models().outbound(asking.request())
        if outbound is not None:
            await asking.elsewhere.gate.note_refusal(outbound, reasons)
