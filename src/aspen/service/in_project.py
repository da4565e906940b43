"""What a project brings to a question that is asked in it: where it is asked, who answers, and its instructions.

Instructions carry the project's own label: what nobody has said of a project has to be seen before it leaves.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from aspen.core.errors import NotFound
from aspen.core.label import join_all
from aspen.core.message import Message, Role, Text
from aspen.service.ask_arguments import AskArguments
from aspen.service.resuming import NEW, Entered
from aspen.store.store import Store


def in_its_project(asked: AskArguments, store: Store) -> AskArguments:
    """Have a conversation of a project stay in it, and its default model answer where nobody is named."""
    folder = asked.folder or _folder_of_conversation(asked, store)
    project = None if folder is None else store.projects.project_of(folder)
    default = None if project is None else project.default_model
    return replace(asked, folder=folder, model=asked.model or default)


def with_project(entered: Entered) -> Entered:
    """Put the project's instructions before everything that was said, under the project's label."""
    project = entered.around.project
    if project is None or not project.instructions:
        return entered
    instructions = Message.of_text(Role.SYSTEM, project.instructions, project.label)
    return replace(entered, around=replace(entered.around, history=(instructions, *entered.around.history)))


def with_one_system(messages: Sequence[Message]) -> tuple[Message, ...]:
    """Join the instructions at the beginning into one message: many chat templates know no second one."""
    system = list(takewhile(lambda message: message.role is Role.SYSTEM, messages))
    if len(system) < 2:
        return tuple(messages)
    text = "\n\n".join(message.text for message in system if message.text)
    label = join_all(message.label for message in system)
    joined = Message(role=Role.SYSTEM, parts=(Text(text=text),), label=label)
    return (joined, *messages[len(system) :])


def _folder_of_conversation(asked: AskArguments, store: Store) -> Path | None:
    """Return the folder of the project that a conversation was begun in; None where it is gone."""
    if asked.conversation_id in (None, NEW):
        return None
    with suppress(NotFound):
        kept = store.conversations.card(str(asked.conversation_id)).project_folder
        if kept is not None and Path(kept).is_dir():
            return Path(kept)
    return None
