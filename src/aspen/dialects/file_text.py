"""A file as the plain text that every dialect can carry. It does not come back as a file."""

from __future__ import annotations

from aspen.core.message import File


def file_as_text(file: File) -> str:
    """Write a file's name and words so that a model can tell them from the prompt."""
    return f"File {file.name}:\n{file.text}\n"
