"""Turns references to attached files into what a question takes along: documents, pictures, and paths to read anew."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from aspen.core.errors import Misused
from aspen.core.message import Image, Message, Part
from aspen.documents.choosing import Attached
from aspen.service.ask_arguments import AskArguments
from aspen.service.attached_files import PICTURE, document_of
from aspen.store.attached_files import AttachedFile
from aspen.store.store import Store


async def taken_along(asked: AskArguments, store: Store) -> AskArguments:
    """Return the question with everything that its references mean. Raises NotFound for a file that is not kept."""
    if not asked.attached:
        return asked
    files = [store.attached_files.file(file_id) for file_id in dict.fromkeys(asked.attached)]
    paths = tuple(file.path for file in files if file.path is not None)
    pictures = [_picture(file, store) for file in files if file.kind == PICTURE]
    documents = await _documents([file for file in files if file.path is None and file.kind != PICTURE], store)
    return replace(
        asked,
        files=tuple(dict.fromkeys((*asked.files, *paths))),
        cited_files=frozenset(paths),
        documents=documents,
        messages=_with_pictures(asked.messages, pictures),
    )


async def _documents(files: list[AttachedFile], store: Store) -> tuple[Attached, ...]:
    """What was written by this process may be old: unpacking it is for a thread, reading it for the store's own."""
    packed = [(file, store.attached_files.content(file.file_id)) for file in files]

    def unpack() -> tuple[Attached, ...]:
        names: dict[str, int] = {}
        return tuple(
            Attached(path=_told_apart(file.name, names), document=document_of(content, file.name))
            for file, content in packed
        )

    return await asyncio.to_thread(unpack)


def _told_apart(name: str, names: dict[str, int]) -> str:
    """Files that waited at different times may have one name."""
    names[name] = names.get(name, 0) + 1
    return name if names[name] == 1 else f"{name} ({names[name]})"


def _picture(file: AttachedFile, store: Store) -> Part:
    media_type = file.facts.get("media_type")
    if not isinstance(media_type, str):
        raise Misused(f"{file.name} is no picture.")
    return Image(media_type=media_type, encoded=store.attached_files.content(file.file_id))


def _with_pictures(messages: tuple[Message, ...], pictures: list[Part]) -> tuple[Message, ...]:
    if not pictures:
        return messages
    *before, last = messages
    return (*before, replace(last, parts=(*last.parts, *pictures)))
