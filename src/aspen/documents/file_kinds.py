"""What a file is likely to hold, by its name: a table. What it does hold is decided by its content."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from aspen.documents.document import DocumentKind

_MARKDOWN: Final = "md markdown mdx rst qmd rmd"
_PYTHON: Final = "py pyi pyw"
_CSV: Final = "csv tsv"
_CODE: Final = (
    "c h cc cpp cxx hh hpp hxx m mm cs java kt kts scala groovy js mjs cjs jsx ts mts cts tsx svelte vue go rs swift "
    "rb php pl pm lua r jl ex exs erl hs ml mli fs fsx clj cljs dart zig nim v sv vhd sql sh bash zsh fish ps1 bat "
    "proto thrift graphql tf hcl nix cmake gradle css scss less sol cu cl asm s f90 f95 pas ada lisp el scm tcl"
)
_JAILED: Final = {"pdf": DocumentKind.PDF, "docx": DocumentKind.DOCX, "docm": DocumentKind.DOCX}
_BINARY: Final = (
    "png jpg jpeg gif webp bmp ico icns tif tiff heic avif psd mp3 mp4 m4a m4v mov avi mkv webm wav flac ogg opus "
    "zip gz tgz bz2 xz zst 7z rar tar jar war whl egg deb rpm dmg iso exe dll so dylib a o obj lib pyc pyo class wasm "
    "bin dat db sqlite sqlite3 parquet arrow feather npy npz pt pth onnx gguf safetensors h5 pkl pickle joblib model "
    "woff woff2 ttf otf eot doc xls xlsx ppt pptx odt ods odp epub mo swf map lock"
)

_KINDS: Final[dict[str, DocumentKind]] = {
    **dict.fromkeys(_MARKDOWN.split(), DocumentKind.MARKDOWN),
    **dict.fromkeys(_PYTHON.split(), DocumentKind.PYTHON),
    **dict.fromkeys(_CSV.split(), DocumentKind.CSV),
    **dict.fromkeys(_CODE.split(), DocumentKind.CODE),
    **_JAILED,
}
_NOT_TEXT: Final = frozenset(_BINARY.split())
_GENERATED: Final = frozenset({"package-lock.json", "pnpm-lock.yaml", "npm-shrinkwrap.json", "go.sum"})

NEEDS_READER: Final = frozenset({DocumentKind.PDF, DocumentKind.DOCX})
"""Kinds that only a jailed reader may parse."""


def kind_of_name(name: str) -> DocumentKind:
    """Return what a name promises; plain text for a suffix that nobody knows."""
    return _KINDS.get(_suffix(name), DocumentKind.TEXT)


def is_named_binary(name: str) -> bool:
    """Whether a name says that nothing in it can be read as text: pictures, archives, programs, lock files."""
    return _suffix(name) in _NOT_TEXT or name in _GENERATED


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix[1:].lower()
