"""Writes small Word files from pieces of WordprocessingML, honest and hostile ones."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO

_NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
)
STYLES = (
    f"<w:styles {_NAMESPACES}>"
    '<w:style w:styleId="Ueberschrift1"><w:name w:val="heading 1"/></w:style>'
    '<w:style w:styleId="Own"><w:name w:val="House style"/><w:pPr><w:outlineLvl w:val="1"/></w:pPr></w:style>'
    '<w:style w:styleId="Titel"><w:name w:val="Title"/></w:style>'
    "</w:styles>"
)


def paragraph(words: str, style: str = "", before: str = "") -> str:
    """Return a paragraph; `before` is markup that stands before its words."""
    told = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f'<w:p>{told}<w:r>{before}<w:t xml:space="preserve">{words}</w:t></w:r></w:p>'


def docx_of(body: str, others: Mapping[str, str | bytes] | None = None) -> bytes:
    """Return a Word file with this body, and other parts by their names."""
    document = f'<?xml version="1.0" encoding="UTF-8"?><w:document {_NAMESPACES}><w:body>{body}</w:body></w:document>'
    return zip_of({"word/document.xml": document, "word/styles.xml": STYLES, **(others or {})})


def notes_of(words: str) -> str:
    """Return a part with one footnote."""
    return f"<w:footnotes {_NAMESPACES}><w:footnote>{paragraph(words)}</w:footnote></w:footnotes>"


def zip_of(parts: Mapping[str, str | bytes]) -> bytes:
    """Return an archive of these parts."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def bomb_of(size_bytes: int) -> bytes:
    """Return a Word file of a few kilobytes whose text unpacks to this size, made without ever holding it."""
    target = BytesIO()
    piece = b"<w:p><w:r><w:t>" + b"a" * 65_000 + b"</w:t></w:r></w:p>"
    with (
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        part.write(f"<w:document {_NAMESPACES}><w:body>".encode())
        for _ in range(size_bytes // len(piece)):
            part.write(piece)
        part.write(b"</w:body></w:document>")
    return target.getvalue()
