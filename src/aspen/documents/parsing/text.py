"""Plain text of any kind, from its bytes."""

from __future__ import annotations

from typing import Final

from aspen.core.errors import DoesNotFit, Misused
from aspen.documents.document import Document, DocumentKind
from aspen.documents.parsing.bounds import DEFAULT_BOUNDS, ParseBounds
from aspen.documents.parsing.content_kind import is_binary

_MARKED: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_GUESSED: Final = "This is not UTF-8, so it was read as Windows-1252; some letters may be wrong."


def read_text(
    name: str, content: bytes, kind: DocumentKind = DocumentKind.TEXT, bounds: ParseBounds = DEFAULT_BOUNDS
) -> Document:
    """Decode UTF-8, UTF-16 with its mark, else Windows-1252 with a note.

    Raises Misused for what is no text, DoesNotFit for too much of it.
    """
    if is_binary(content):
        raise Misused(f"{name} is not text.", hint="Attach text, PDF, DOCX or CSV.")
    text, notes = _decoded(name, content)
    if len(text) > bounds.text_characters:
        raise DoesNotFit(
            f"{name} has {len(text):,} characters, more than the {bounds.text_characters:,} that can be read.",
            hint="Split it, or attach the part that matters.",
            facts={"characters": len(text), "most_characters": bounds.text_characters},
        )
    return Document(text=text, kind=kind, notes=notes)


def _decoded(name: str, content: bytes) -> tuple[str, tuple[str, ...]]:
    encoding = next((encoding for mark, encoding in _MARKED if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding), ()
    except UnicodeDecodeError as error:
        if encoding == "utf-16":
            raise Misused(f"{name} begins as UTF-16 and goes on as something else.") from error
        return content.decode("cp1252", "replace"), (_GUESSED,)
