"""Models split over several GGUF files, `NAME-00001-of-00003.gguf` and so on: find all parts and check that they match.

The naming is llama.cpp's own (`llama_split_path`); the engine opens the first part and derives the other names from it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from aspen.core.errors import BadModelFile
from aspen.local.gguf_lookalikes import printable
from aspen.local.gguf_metadata import Metadata

_PART_NAME = re.compile(r"(?P<stem>.+)-\d{5}-of-\d{5}\.gguf", re.DOTALL)
_MOST = 1 << 31


def part_path(path: Path, stem: str, number: int, count: int) -> Path:
    """Name part `number` (from 1) of `count` beside `path`."""
    return path.with_name(f"{stem}-{number:05d}-of-{count:05d}.gguf")


def find_parts(path: Path, count: int, number: int) -> tuple[Path, ...]:
    """Return the paths of parts 2 and up of the model whose first part is `path`; none for a model in one file.

    Raises BadModelFile where `path` is not the first part, is not named as one, or where parts are missing.
    """
    if count <= 1:
        return ()
    shown = printable(path.name)
    named = _PART_NAME.fullmatch(path.name)
    if named is None:
        raise BadModelFile(
            f"{shown} is part {number + 1} of a model in {count} files, and its name does not say so.",
            hint=f"Name the parts NAME-00001-of-{count:05d}.gguf and so on, all in one folder.",
            facts={"part": number + 1, "parts": count},
        )
    first = part_path(path, named["stem"], 1, count)
    if number != 0 or path.name != first.name:
        raise BadModelFile(
            f"{shown} is part {number + 1} of {count} of a model.",
            hint=f"Give the first part instead: {printable(first.name)}.",
            facts={"part": number + 1, "parts": count},
        )
    others = tuple(part_path(path, named["stem"], other, count) for other in range(2, count + 1))
    if missing := [other.name for other in others if not other.exists()]:
        raise BadModelFile(
            f"{len(missing)} of the {count} parts of this model are missing, first {printable(missing[0])}.",
            hint="Put all parts in one folder.",
            facts={"missing_parts": len(missing), "parts": count},
        )
    return others


def check_parts(parts: Sequence[Metadata], tensor_count: int) -> None:
    """Raise BadModelFile unless the parts count themselves the same way and hold all the tensors."""
    for number, part in enumerate(parts):
        if part.integer("split.no", most=_MOST, default=-1) != number:
            raise part.wrong("split.no", f"does not say that it is part {number + 1}")
        if part.integer("split.count", most=_MOST, default=-1) != len(parts):
            raise part.wrong("split.count", f"does not say {len(parts)}")
    expected = parts[0].integer("split.tensors.count", most=_MOST, default=tensor_count)
    if expected != tensor_count:
        raise parts[0].wrong("split.tensors.count", f"says {expected}, and the parts hold {tensor_count}")
