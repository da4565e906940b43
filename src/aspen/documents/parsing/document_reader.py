"""The kind `documents` of readers: one document's bytes in, its text out. Loaded inside the reader's jail.

What a document does to its parser stays here: an error of ours goes back as an answer, and anything worse ends the
process, which the core counts as a document that cannot be read.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import importlib
import logging
import pkgutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from io import BytesIO
from typing import Final, assert_never

import pypdf

from aspen.core.errors import AspenError, Misused, error_to_json
from aspen.documents.document import Document, DocumentKind
from aspen.documents.parsing.bounds import DEFAULT_BOUNDS, ParseBounds
from aspen.documents.parsing.content_kind import kind_of_content
from aspen.documents.parsing.csv import read_csv
from aspen.documents.parsing.document_wire import document_to_json
from aspen.documents.parsing.docx import read_docx
from aspen.documents.parsing.pdf import read_pdf
from aspen.documents.parsing.text import read_text

Json = Mapping[str, object]

_ENCODINGS: Final = (
    "ascii big5 big5hkscs cp1250 cp1251 cp1252 cp437 cp932 cp949 cp950 euc_jp euc_kr gb18030 gb2312 gbk johab latin-1 "
    "mac_roman shift_jis utf-8 utf-8-sig utf-16 utf-16-be utf-16-le utf-32 charmap"
)
"""Python loads each of these when it is first used, and inside of the jail it can load nothing."""


def read_document(name: str, content: bytes, bounds: ParseBounds = DEFAULT_BOUNDS) -> Document:
    """Read a document as what it is, whatever it is named. Raises Misused, DoesNotFit."""
    kind = kind_of_content(name, content)
    match kind:
        case DocumentKind.PDF:
            return read_pdf(name, content, bounds)
        case DocumentKind.DOCX:
            return read_docx(name, content, bounds)
        case DocumentKind.CSV:
            return read_csv(name, content, bounds)
        case DocumentKind.TEXT | DocumentKind.MARKDOWN | DocumentKind.PYTHON | DocumentKind.CODE:
            return read_text(name, content, kind, bounds)
        case _:
            assert_never(kind)


def answer(question: Json) -> Json:
    """Answer `{"name": …, "content": BASE64}` with `{"document": …}` or `{"error": …}`."""
    try:
        name, content = _asked(question)
        return {"document": document_to_json(read_document(name, content))}
    except AspenError as error:
        return {"error": error_to_json(error)}


def load() -> Callable[[Json], Json]:
    """Import all that reading any document could ever import, and read one of each kind."""
    for encoding in _ENCODINGS.split():
        codecs.lookup(encoding)
    for module in pkgutil.walk_packages(pypdf.__path__, "pypdf."):
        with suppress(ImportError):  # of libraries that it can do without
            importlib.import_module(module.name)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL + 1)  # it would log what the document says
    for content in (_WARM_UP, *map(_encrypted, _CIPHERS)):
        answer({"name": "warm-up.pdf", "content": base64.b64encode(content).decode()})
    return answer


def _encrypted(cipher: str) -> bytes:
    """Encrypt the document below, for anybody to open: ciphers are looked for when they are first used."""
    writer = pypdf.PdfWriter(clone_from=BytesIO(_WARM_UP))
    writer.encrypt("", "owner", algorithm=cipher)
    target = BytesIO()
    writer.write(target)
    return target.getvalue()


def _asked(question: Json) -> tuple[str, bytes]:
    name, content = question.get("name"), question.get("content")
    if not isinstance(name, str) or not isinstance(content, str):
        raise Misused("A question to the reader of documents has a name and a content.")
    try:
        return name, base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Misused("The content of a document is not base64.") from error


_CIPHERS: Final = ("RC4-128", "AES-128", "AES-256")

_WARM_UP: Final = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R
/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 33>>stream
BT /F 9 Tf 9 9 Td (warm) Tj ET   \nendstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Size 6/Root 1 0 R>>
startxref
0
%%EOF"""
"""No table of offsets: reading it also warms up the repair of damaged files."""
