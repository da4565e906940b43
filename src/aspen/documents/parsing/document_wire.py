"""A document as JSON between the jailed reader and the core, which believes nothing of what comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from aspen.core.errors import AspenError, Failed, error_from_json
from aspen.documents.document import Document, DocumentKind

_MOST_NOTES: Final = 10
_LONGEST_NOTE: Final = 300

Json = Mapping[str, object]


def document_to_json(document: Document) -> Json:
    """Flatten a document."""
    return {
        "text": document.text,
        "kind": document.kind.value,
        "page_starts": list(document.page_starts),
        "notes": list(document.notes),
    }


def document_from_answer(answer: Json | None, name: str) -> Document:
    """Rebuild what a reader answered.

    Raises the AspenError that it answered with, Failed for no answer or one that is no document: a hostile document
    may have taken the reader over, and all that it can do then is to answer with a wrong text.
    """
    if answer is None:
        raise Failed(
            f"{name} could not be read: its reader was stopped, or did not answer in time.",
            hint="The file may be damaged or hostile. Save it in another format and try again.",
        )
    error = answer.get("error")
    if isinstance(error, dict):
        raise _told_error(cast("Json", error))
    told = answer.get("document")
    document = _document(cast("Json", told)) if isinstance(told, dict) else None
    if document is None:
        raise Failed(f"{name} could not be read: its reader answered nonsense.", hint="The file may be hostile.")
    return document


def _told_error(error: Json) -> AspenError:
    rebuilt = error_from_json(error)
    rebuilt.sentence, rebuilt.hint = rebuilt.sentence[:_LONGEST_NOTE], rebuilt.hint[:_LONGEST_NOTE]
    return rebuilt


def _document(told: Json) -> Document | None:
    text, kind, starts, notes = (told.get(name) for name in ("text", "kind", "page_starts", "notes"))
    if not isinstance(text, str) or kind not in set(DocumentKind):
        return None
    if not isinstance(starts, list) or not isinstance(notes, list):
        return None
    offsets = [start for start in cast("list[object]", starts) if isinstance(start, int)]
    is_true = offsets == starts and offsets == sorted(offsets) and (not offsets or offsets[0] == 0)
    if not is_true or any(offset > len(text) for offset in offsets):
        return None
    sentences = tuple(str(note)[:_LONGEST_NOTE] for note in cast("list[object]", notes)[:_MOST_NOTES])
    return Document(text=text, kind=DocumentKind(str(kind)), page_starts=tuple(offsets), notes=sentences)
