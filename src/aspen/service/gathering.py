"""What goes into a request, each part with its label: what was said before, what is said now, files and pictures.

Where a label comes from, strictest last: what the person said of this prompt; else of the conversation, the folder or
project they work in; else nothing. Files carry their own. A detector can only make it stricter.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import assert_never

from aspen.core.egress import Hint, Origin
from aspen.core.label import Label, LabelSource, Sensitivity, join_all
from aspen.core.message import File, Image, Message, Part, Role, Text, Thinking, ToolCall, ToolResult
from aspen.core.request import JsonSchema
from aspen.privacy.detection.labelling import NamedText, label_of
from aspen.privacy.detection.own_words import NO_WORDS, OwnWords
from aspen.privacy.path_rules import DeclaredPath, PathFacts, label_of_path
from aspen.service.ask_arguments import AskArguments
from aspen.service.attachments import NOTHING_ATTACHED, Attachments, ReadFile
from aspen.service.file_texts import read_text_file
from aspen.store.conversations import ConversationCard
from aspen.store.path_facts import facts_of_path
from aspen.store.projects import Project
from aspen.store.store import Store

_YOUR_MESSAGE = "Your message"
_TOOL_CALL, _TOOL_RESULT, _SCHEMA, _TOOLS = "A tool call", "A tool's result", "The schema", "The tools"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """Everything that would be sent, in order; `said` is the part of it that is said now.

    `label_without_files` is what the label would be without them; None where there are none. `new_texts` are the words
    that nobody has looked through for people yet.
    """

    messages: tuple[Message, ...]
    said: tuple[Message, ...]
    origin: Origin
    hints: tuple[Hint, ...]
    label_without_files: Label | None
    new_texts: tuple[NamedText, ...] = ()

    @property
    def label(self) -> Label:
        return join_all(message.label for message in self.messages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What is known of the place in which something is said. `home` is only for words.

    `attachments` is what was read of documents and folders; their labels are looked up here.
    """

    history: tuple[Message, ...] = ()
    conversation: ConversationCard | None = None
    project: Project | None = None
    declared: tuple[DeclaredPath, ...] = ()
    home: Path | None = None
    own_words: OwnWords = NO_WORDS
    attachments: Attachments = NOTHING_ATTACHED


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attached:
    """Something with a label of its own. A folder `is_sent` in none of its files: it is only where they were found."""

    path: Path
    label: Label
    file: File | None = None
    is_sent: bool = True


def surroundings_of(asked: AskArguments, store: Store, home: Path) -> Surroundings:
    """Look up what was said before and what persons said of the place.

    Raises NotFound for a conversation or a turn that is not there.
    """
    conversation = None if asked.conversation_id is None else store.conversations.card(asked.conversation_id)
    history: tuple[Message, ...] = ()
    if conversation is not None and asked.parent_id != "":
        kept = store.turns.path(conversation.conversation_id, asked.parent_id)
        history = tuple(each.turn.message for each in kept)
    project = None if asked.folder is None else store.projects.project_of(asked.folder)
    return Surroundings(
        history=history, conversation=conversation, project=project, declared=store.declared_paths(), home=home
    )


def gather(asked: AskArguments, around: Surroundings, *, is_named: bool) -> Gathered:
    """Put together what goes along and label it; `is_named` says that a person named a model elsewhere.

    Reads the files. Raises what `read_text_file` raises.
    """
    along = around.attachments
    attached = [_attach(path, around, reads=True) for path in asked.files if path not in along.handled]
    attached += [_attach(path, around, reads=False) for path in (*asked.pictures, *asked.schema_file)]
    attached += [_attach_read(file, around) for file in along.files]
    attached += [replace(_attach(folder, around, reads=False), is_sent=False) for folder in along.folders]
    typed = _label_of_typed(asked, around)
    texts = [*_texts(asked, attached), *along.texts]
    detected, hints = label_of(texts, around.own_words)
    said = _labelled(asked.messages, typed if detected is None else typed.join(detected), attached, along.parts)
    messages = (*_instructions(said), *around.history, *_rest(said))
    return Gathered(
        messages=messages,
        said=said,
        origin=_origin(asked, around, attached, is_named=is_named),
        hints=hints,
        label_without_files=_without_files(asked, around, typed) if attached or asked.documents else None,
        new_texts=tuple(texts),
    )


def _attach(path: Path, around: Surroundings, *, reads: bool) -> _Attached:
    facts = facts_of_path(path, around.declared, home=around.home)
    label = label_of_path(facts, around.declared)
    return _Attached(path=path, label=label, file=_file(path, facts) if reads else None)


def _attach_read(file: ReadFile, around: Surroundings) -> _Attached:
    """Label a file that was read before. One that lies there no more has a label that nobody knows."""
    facts = facts_of_path(file.path, around.declared, home=around.home)
    label = label_of_path(facts, around.declared)
    if (facts.real[0].device, facts.real[0].inode) != (file.device, file.inode):
        reason = f"{facts.name} stays on this computer: it was replaced after it was read"
        label = label.join(Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DETECTED, reasons=(reason,)))
    return _Attached(path=file.path, label=label)


def _file(path: Path, facts: PathFacts) -> File:
    return File(name=path.name, text=read_text_file(path, facts))


def _label_of_typed(asked: AskArguments, around: Surroundings) -> Label:
    """What stays here by conversation, folder or project cannot be declared away for one prompt."""
    defaults = [] if around.conversation is None else [around.conversation.label]
    if asked.folder is not None:
        defaults.append(label_of_path(facts_of_path(asked.folder, around.declared, home=around.home), around.declared))
    declared = [label for label in defaults if label.source is LabelSource.DECLARED]
    if asked.declared is None:
        return join_all(declared)
    return join_all([asked.declared, *(label for label in declared if label.sensitivity is Sensitivity.PRIVATE)])


def _texts(asked: AskArguments, attached: Sequence[_Attached]) -> list[NamedText]:
    """Everything said now that a detector can read, by the name that a person knows it by."""
    texts = [each for message in asked.messages for each in _texts_of(message)]
    if isinstance(asked.output, JsonSchema):
        texts.append(NamedText(name=_SCHEMA, text=_dumped(asked.output.schema)))
    if asked.tools:
        tools = [(tool.name, tool.description, tool.parameters) for tool in asked.tools]
        texts.append(NamedText(name=_TOOLS, text=_dumped(tools)))
    return texts + [NamedText(name=each.path.name, text=each.file.text) for each in attached if each.file is not None]


def _texts_of(message: Message) -> Iterator[NamedText]:
    if message.text:
        yield NamedText(name=_YOUR_MESSAGE, text=message.text)
    for part in message.parts:
        match part:
            case ToolCall(name=name, arguments=arguments):
                yield NamedText(name=_TOOL_CALL, text=f"{name} {arguments}")
            case ToolResult(text=text):
                yield NamedText(name=_TOOL_RESULT, text=text)
            case Thinking(text=text) | File(text=text):
                yield NamedText(name=_YOUR_MESSAGE, text=text)
            case Text() | Image():
                pass
            case _:
                assert_never(part)


def _dumped(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, default=str)


def _labelled(
    messages: tuple[Message, ...], typed: Label, attached: Sequence[_Attached], passages: tuple[Part, ...]
) -> tuple[Message, ...]:
    """Files and pictures belong to the last message, and give it their labels."""
    *before, last = messages
    files: list[Part] = [each.file for each in attached if each.file is not None]
    label = join_all([typed, *(each.label for each in attached)])
    return (
        *(replace(message, label=typed) for message in before),
        replace(last, parts=(*files, *passages, *last.parts), label=label),
    )


def _instructions(messages: Sequence[Message]) -> list[Message]:
    return [message for message in messages if message.role is Role.SYSTEM]


def _rest(messages: Sequence[Message]) -> list[Message]:
    return [message for message in messages if message.role is not Role.SYSTEM]


def _origin(asked: AskArguments, around: Surroundings, attached: Sequence[_Attached], *, is_named: bool) -> Origin:
    """The one exception is for words that a person typed just now: whatever else is unset ends it."""
    untyped = [message.label for message in around.history] + [each.label for each in attached]
    has_other_turns = any(message.role not in (Role.SYSTEM, Role.USER) for message in asked.messages)
    images = sum(isinstance(part, Image) for message in asked.messages for part in message.parts)
    has_pictures_from_nowhere = images > len(asked.pictures)
    has_unknown_files = bool(asked.documents) or has_pictures_from_nowhere
    only_typed = not (asked.is_piped or has_other_turns or asked.tools or has_unknown_files)
    return Origin(
        project="" if around.project is None else around.project.name,
        paths=tuple(str(each.path) for each in attached if each.is_sent),
        conversation_id=asked.conversation_id or "",
        is_named=is_named and only_typed and all(label.source is not LabelSource.UNSET for label in untyped),
    )


def _without_files(asked: AskArguments, around: Surroundings, typed: Label) -> Label:
    detected, _ = label_of(_texts(asked, ()), around.own_words)
    labels = [typed, *(message.label for message in around.history)]
    return join_all(labels if detected is None else [*labels, detected])


def text_of(messages: Sequence[Message]) -> str:
    """Return what was typed last, for a title."""
    return next((part.text for message in reversed(messages) for part in message.parts if isinstance(part, Text)), "")
