"""What a file is when it is not GGUF: the words for the sentence that refuses it."""

from __future__ import annotations

_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (
        b"version https://git-lfs",
        "a Git LFS pointer, not the model itself",
        "Run `git lfs pull`, or download the file.",
    ),
    (
        b"<!doctype html",
        "a web page",
        "The download got a page instead of the file: sign in there, or use another link.",
    ),
    (b"<html", "a web page", "The download got a page instead of the file: sign in there, or use another link."),
    (b"pk\x03\x04", "a zip archive or a PyTorch file", "Unpack it, or look for a GGUF file of this model."),
    (b"\x80\x02", "a Python pickle", "Aspen never opens pickles: look for a GGUF file of this model."),
    (b"lmgg", "a GGML file of before August 2023", "Look for a GGUF file of this model."),
    (b"fmgg", "a GGML file of before August 2023", "Look for a GGUF file of this model."),
    (b"tjgg", "a GGML file of before August 2023", "Look for a GGUF file of this model."),
    (b"algg", "an adapter of before August 2023", "Convert it with a current llama.cpp."),
    (b"\x1f\x8b", "a gzip archive", "Unpack it first."),
    (b"\x28\xb5\x2f\xfd", "a zstd archive", "Unpack it first."),
    (b"\xfd7zxz", "an xz archive", "Unpack it first."),
    (b"7z\xbc\xaf", "a 7z archive", "Unpack it first."),
    (b"\x89hdf", "an HDF5 file", "Look for a GGUF file of this model."),
    (b"%pdf", "a PDF", "Choose the file of the model."),
)


def printable(text: str, most: int = 60) -> str:
    """Shorten a stranger's text and drop what a terminal could obey."""
    kept = "".join(character if character.isprintable() else " " for character in text[: most + 1])
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"


def describe(beginning: bytes) -> tuple[str, str]:
    """Say what a file with these first bytes (512 are enough) is, and what to do instead."""
    if not beginning:
        return "empty", "The download has not begun or failed: get the file again."
    if not beginning.strip(b"\0"):
        return "full of zeros", "The download was broken off before it wrote anything: get the file again."
    lowered = beginning.lstrip().lower()
    for start, name, remedy in _BEGINNINGS:
        if lowered.startswith(start) or beginning.lower().startswith(start):
            return name, remedy
    if beginning[8:9] == b"{" and beginning[4:8] == b"\0\0\0\0":
        return "a safetensors file", "Look for a GGUF file of this model."
    try:
        text = beginning.decode("utf-8", errors="strict" if len(beginning) < 500 else "ignore")
    except UnicodeDecodeError:
        return "not a GGUF file", "Choose a file that ends in .gguf, and download it again if it does."
    if all(character.isprintable() or character.isspace() for character in text):
        return f"a text that starts with “{printable(text.strip(), 40)}”", "Choose the file of the model."
    return "not a GGUF file", "Choose a file that ends in .gguf, and download it again if it does."
