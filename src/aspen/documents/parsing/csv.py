"""A table as comma-, semicolon- or tab-separated text. The text stays as it is; its rows are found when it is split."""

from __future__ import annotations

from aspen.documents.document import Document, DocumentKind
from aspen.documents.parsing.bounds import DEFAULT_BOUNDS, ParseBounds
from aspen.documents.parsing.text import read_text


def read_csv(name: str, content: bytes, bounds: ParseBounds = DEFAULT_BOUNDS) -> Document:
    """Decode a table. Raises as `read_text`."""
    return read_text(name, content, DocumentKind.CSV, bounds)
