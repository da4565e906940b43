"""What the name of a GGUF file says: its quantisation, its part of a split, and whether it is no model at all.

Pure: works on names, of files on disk as of files in a repository. Headers are read elsewhere (`local`).
Naming: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md#gguf-naming-convention
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from aspen.library.listing import SeenFile

ENDING: Final = ".gguf"
MOST_PARTS: Final = 999

_QUANT = re.compile(
    r"(?<![A-Za-z0-9])"
    r"(?:UD-)?(?:I?Q[1-8]_(?:K_(?:XXL|XL|XS|S|M|L)|XXS|XS|NL|0_4_4|0_4_8|0_8_8|K|S|M|L|0|1)|TQ[12]_0|MXFP4(?:_MOE)?|NVFP4"
    r"|BF16|FP?16|FP?32)"
    r"(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"(?P<stem>.+)-(?P<part>\d{5})-of-(?P<parts>\d{5})")
_PROJECTOR = re.compile(r"(?:^|[-_./])mmproj(?:$|[-_.])", re.IGNORECASE)
_NO_MODEL = re.compile(r"(?:^|[-_./])(?:lora|adapter|imatrix|ggml-vocab)(?:$|[-_.])", re.IGNORECASE)
_PROJECTOR_ORDER: Final = ("F16", "BF16", "Q8_0", "F32")


@dataclass(frozen=True, slots=True, kw_only=True)
class Weights:
    """One model's weights: the names of its parts in order, usually one."""

    stem: str
    quant: str | None
    parts: tuple[str, ...]
    size_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Incomplete:
    """A split model of which parts are missing."""

    stem: str
    missing: tuple[str, ...]
    parts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    weights: tuple[Weights, ...]
    projectors: tuple[SeenFile, ...]
    incomplete: tuple[Incomplete, ...]


def read_quant(name: str) -> str | None:
    """Return the quantisation that a file's name tells, in capitals: the last one, if it names several."""
    found = _QUANT.findall(name)
    return str(found[-1]).upper().replace("FP16", "F16").replace("FP32", "F32") if found else None


def base_of(name: str) -> str:
    """Return the stem without folder, quantisation, split number and the word mmproj, in small letters."""
    stem = split_stem(name.rpartition("/")[2])
    bare = re.sub(r"mmproj", "", _QUANT.sub("", stem), flags=re.IGNORECASE)
    return re.sub(r"[-_.]+", "-", bare).strip("-").lower()


def split_stem(name: str) -> str:
    """Return a file's name without its ending and without `-00001-of-00003`."""
    stem = name[: -len(ENDING)] if name.lower().endswith(ENDING) else name
    split = _SPLIT.fullmatch(stem)
    return split["stem"] if split else stem


def is_projector(name: str) -> bool:
    return bool(_PROJECTOR.search(name))


def group_files(files: Iterable[SeenFile]) -> Grouped:
    """Sort GGUF files into models, projectors and split models with missing parts; leave adapters and the like out."""
    weights: list[Weights] = []
    projectors: list[SeenFile] = []
    splits: dict[tuple[str, int], dict[int, SeenFile]] = {}
    for file in files:
        if not file.name.lower().endswith(ENDING) or _NO_MODEL.search(file.name):
            continue
        if is_projector(file.name):
            projectors.append(file)
        elif (split := _SPLIT.fullmatch(file.name[: -len(ENDING)])) and 0 < int(split["parts"]) <= MOST_PARTS:
            splits.setdefault((split["stem"], int(split["parts"])), {})[int(split["part"])] = file
        else:
            stem = file.name[: -len(ENDING)]
            weights.append(Weights(stem=stem, quant=read_quant(stem), parts=(file.name,), size_bytes=file.size_bytes))
    incomplete: list[Incomplete] = []
    for (stem, parts), seen in splits.items():
        match _join(stem, parts, seen):
            case Weights() as whole:
                weights.append(whole)
            case Incomplete() as broken:
                incomplete.append(broken)
    return Grouped(
        weights=tuple(sorted(weights, key=lambda one: one.stem)),
        projectors=tuple(projectors),
        incomplete=tuple(incomplete),
    )


def pick_projector(projectors: Iterable[SeenFile]) -> SeenFile | None:
    """Return the projector to use of several precisions of one: F16 before the others."""

    def order(file: SeenFile) -> tuple[int, str]:
        quant = read_quant(file.name) or ""
        place = _PROJECTOR_ORDER.index(quant) if quant in _PROJECTOR_ORDER else len(_PROJECTOR_ORDER)
        return place, file.name

    return min(projectors, key=order, default=None)


def projector_by_name(weights: Weights, projectors: Iterable[SeenFile]) -> SeenFile | None:
    """Return the projector that bears the model's own name: for folders in which several models lie together."""
    base = base_of(weights.stem)
    return pick_projector(file for file in projectors if base_of(file.name) == base)


def _join(stem: str, parts: int, seen: dict[int, SeenFile]) -> Weights | Incomplete:
    missing = tuple(f"{stem}-{part:05}-of-{parts:05}{ENDING}" for part in range(1, parts + 1) if part not in seen)
    if missing:
        return Incomplete(stem=stem, missing=missing, parts=parts)
    ordered = [seen[part] for part in range(1, parts + 1)]
    return Weights(
        stem=stem,
        quant=read_quant(stem),
        parts=tuple(file.name for file in ordered),
        size_bytes=sum(file.size_bytes for file in ordered),
    )
