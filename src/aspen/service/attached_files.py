"""What a person drops, pastes or picks in the app: read at once, and kept until a question takes it along.

Bytes come as base64 in the verb's arguments, are parsed as `ask -f` parses (documents in the reader's jail), and only
what was read is kept. Bytes say nothing of where they come from: such a file is words of the chat that it is put into.
One that is named by its path keeps the label of the path.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import zlib
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from aspen.channel.framing import Frame
from aspen.core.errors import DoesNotFit, Misused
from aspen.documents.document import Document, DocumentKind, estimated_tokens
from aspen.documents.file_kinds import NEEDS_READER
from aspen.documents.parsing.content_kind import kind_of_content
from aspen.documents.parsing.document_wire import document_from_answer, document_to_json
from aspen.documents.parsing.text import read_text as decode_text
from aspen.documents.picture_header import is_picture, read_picture_header
from aspen.documents.walking import walk
from aspen.privacy.path_rules import label_of_path, printable
from aspen.service.argument_reading import read_text
from aspen.service.ask_arguments import ATTACHED
from aspen.service.conversations import as_result
from aspen.service.document_reading import read_document
from aspen.service.file_texts import read_file
from aspen.service.labels import absolute_path, word_of
from aspen.service.resuming import NEW
from aspen.store.attached_files import AttachedFile
from aspen.store.path_facts import facts_of_path
from aspen.store.store import Store
from aspen.workspace import Workspace

Json = Mapping[str, object]

PICTURE: Final = "picture"
FOLDER: Final = "folder"

_LARGEST_BYTES: Final = 32 << 20
_LARGEST_PICTURE_BYTES: Final = 16 << 20
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What was read of a file: what a person is told of it, and what is kept for the question."""

    name: str
    kind: str
    facts: Json
    content: bytes = b""
    path: Path | None = None


async def attach_file(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Read a file of this `name` and `base64`, and let it wait in the draft of a `conversation`, or of `new`.

    Raises Misused and DoesNotFit for what cannot be read, with what it is.
    """
    store, draft = await workspace.store(), await _draft(workspace, arguments)
    name, encoded = _file_name(read_text(arguments, "name")), arguments.get("base64")
    if not isinstance(encoded, str):
        raise Misused("`base64` must be a text.")
    content = await asyncio.to_thread(_decoded, name, encoded)
    if is_picture(content):
        looked = _look_at_picture(name, content)
    else:
        looked = await _look_at_document(workspace, name, content, encoded)
    yield _kept(workspace, store, draft, looked)


async def attach_path(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Look at the file or folder at this `path`, and let it wait in the draft of a `conversation`.

    It is read anew for each question and keeps the label of its path. Raises NotFound, and as `attach_file`.
    """
    store, draft = await workspace.store(), await _draft(workspace, arguments)
    path = absolute_path({"path": _with_home(read_text(arguments, "path"), workspace.home)})
    if path.is_dir():
        looked = await asyncio.to_thread(_look_at_folder, path)
    else:
        content = await asyncio.to_thread(_content_of, path)
        if is_picture(content):
            raise Misused(f"{path.name} is a picture.", hint="Drop it on the chat, or paste it.")
        encoded = base64.b64encode(content).decode("ascii")
        read = await _look_at_document(workspace, path.name, content, encoded)
        looked = _Looked(name=printable(path.name), kind=read.kind, facts=read.facts, path=path)
    yield _kept(workspace, store, draft, looked)


async def detach_file(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Remove the waiting `file` of this reference; one that a question took along stays with that question."""
    store = await workspace.store()
    store.attached_files.remove(file_id_of(read_text(arguments, "file")))
    yield as_result(store, {})


def reference_of(file: AttachedFile) -> str:
    """Return what `ask` calls a file by."""
    return f"{ATTACHED}{file.file_id}"


def file_id_of(reference: str) -> str:
    """Return the id in a reference."""
    return reference.removeprefix(ATTACHED)


def attached_json(file: AttachedFile, store: Store, home: Path) -> Frame:
    """Return what clients see of an attached file. `word` is None for one that has no path: it is the chat's."""
    word = None
    if file.path is not None:
        declared = store.declared_paths()
        word = word_of(label_of_path(facts_of_path(file.path, declared, home=home), declared))
    return {
        "file": reference_of(file),
        "name": file.name,
        "kind": file.kind,
        "path": None if file.path is None else printable(str(file.path)),
        "word": word,
        **file.facts,
    }


def document_of(content: bytes, name: str) -> Document:
    """Rebuild the document that was kept."""
    return document_from_answer({"document": json.loads(zlib.decompress(content))}, name)


def _kept(workspace: Workspace, store: Store, draft: str, looked: _Looked) -> Frame:
    """Two of one name are told apart, also in what the answer cites."""
    taken = {each.name for each in store.attached_files.waiting(draft)}
    stem, suffix = PurePosixPath(looked.name).stem, PurePosixPath(looked.name).suffix
    names = (looked.name, *(f"{stem} ({number}){suffix}" for number in range(2, len(taken) + 3)))
    file = store.attached_files.add(
        draft,
        name=next(name for name in names if name not in taken),
        kind=looked.kind,
        path=looked.path,
        facts=looked.facts,
        content=looked.content,
    )
    return as_result(store, attached_json(file, store, workspace.home))


async def _draft(workspace: Workspace, arguments: Json) -> str:
    store, name = await workspace.store(), read_text(arguments, "conversation")
    return NEW if name == NEW else store.conversations.card(name).conversation_id


def _file_name(told: str) -> str:
    name = printable(PurePosixPath(told.replace("\\", "/")).name).strip()
    if len(name) > _LONGEST_NAME:
        name = name[: _LONGEST_NAME - 20] + "…" + PurePosixPath(name).suffix[-19:]
    return name or "file"


def _with_home(path: str, home: Path) -> str:
    path = path.strip()
    return str(home / path[2:]) if path.startswith("~/") else str(home) if path == "~" else path


def _decoded(name: str, encoded: str) -> bytes:
    if len(encoded) > (_LARGEST_BYTES + 2) // 3 * 4:
        raise DoesNotFit(f"{name} is larger than {_LARGEST_BYTES >> 20} MiB.", hint="Attach a part of it, or its path.")
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misused("`base64` is not base64.") from error
    if not content:
        raise Misused(f"{name} is empty.", hint="Attach a file with something in it.")
    return content


def _content_of(path: Path) -> bytes:
    content = read_file(path, facts_of_path(path, ()), _LARGEST_BYTES, hint="Attach a part of it.")
    if not content:
        raise Misused(f"{path.name} is empty.", hint="Attach a file with something in it.")
    return content


def _look_at_picture(name: str, content: bytes) -> _Looked:
    if len(content) > _LARGEST_PICTURE_BYTES:
        most = _LARGEST_PICTURE_BYTES >> 20
        raise DoesNotFit(f"{name} is larger than the {most} MiB that a picture may have.", hint="Make it smaller.")
    header = read_picture_header(name, content)
    facts: Json = {
        "size_bytes": len(content),
        "media_type": header.media_type,
        "width": header.width,
        "height": header.height,
        "notes": [],
    }
    return _Looked(name=name, kind=PICTURE, facts=facts, content=content)


async def _look_at_document(workspace: Workspace, name: str, content: bytes, encoded: str) -> _Looked:
    kind = kind_of_content(name, content)
    if kind in NEEDS_READER:
        document = await read_document(workspace.documents, name, encoded)
    else:
        document = await asyncio.to_thread(decode_text, name, content, kind)
    return await asyncio.to_thread(_looked, name, document, len(content))


def _looked(name: str, document: Document, size_bytes: int) -> _Looked:
    packed = zlib.compress(json.dumps(document_to_json(document)).encode(), 1)
    return _Looked(name=name, kind=document.kind.value, facts=_facts(document, size_bytes), content=packed)


def _facts(document: Document, size_bytes: int) -> Json:
    """What was read, in numbers that people count in; a table's first row is its head."""
    lines = document.text.count("\n") + (not document.text.endswith("\n")) if document.text else 0
    counts: dict[str, object] = {"words": len(document.text.split()), "lines": lines}
    if document.page_starts:
        counts["pages"] = len(document.page_starts)
    if document.kind is DocumentKind.CSV:
        counts["rows"] = max(0, lines - 1)
    tokens = estimated_tokens(document.text)
    return {"size_bytes": size_bytes, "tokens": tokens, "notes": list(document.notes), **counts}


def _look_at_folder(path: Path) -> _Looked:
    walked = walk(path)
    if not walked.files:
        raise Misused(f"There is no file in {path.name or path} that can be read.", hint=walked.sentence)
    facts: Json = {
        "size_bytes": sum(each.size_bytes for each in walked.files),
        "files": len(walked.files),
        "notes": [walked.sentence] if walked.left_out or not walked.is_complete else [],
    }
    return _Looked(name=printable(path.name) or "/", kind=FOLDER, facts=facts, path=path)
