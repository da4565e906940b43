"""Turn the GGUF files of one folder into models: parts joined, projectors paired, names told apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from aspen.core.model_card import ModelFile
from aspen.library.findings import Findings, StoreProblem
from aspen.library.gguf_names import Grouped, Incomplete, Weights, pick_projector, projector_by_name
from aspen.library.listing import SeenFile

LEAST_GGUF_BYTES: Final = 24
"""The fixed part of a GGUF header: a smaller file cannot be one."""

PickProjector = Callable[[Weights, tuple[SeenFile, ...]], SeenFile | None]


def one_model_per_folder(_: Weights, projectors: tuple[SeenFile, ...]) -> SeenFile | None:
    """Pair any projector of the folder: for layouts in which a folder is one model in several quantisations."""
    return pick_projector(projectors)


def many_models_in_a_folder(weights: Weights, projectors: tuple[SeenFile, ...]) -> SeenFile | None:
    """Pair only the projector that bears the model's name: for flat folders."""
    return projector_by_name(weights, projectors)


def models_of(
    folder: Path, grouped: Grouped, *, store: str, names: Callable[[Weights], str], pick: PickProjector
) -> Findings:
    """Yield a model for each of the folder's weights, and a problem for each that is cut short."""
    for weights in grouped.weights:
        if weights.size_bytes < LEAST_GGUF_BYTES:
            path = folder / weights.parts[0]
            yield StoreProblem(
                store=store, path=path, sentence=f"{path} is only {weights.size_bytes} bytes long: not a model."
            )
            continue
        projector = pick(weights, grouped.projectors)
        yield ModelFile(
            name=names(weights),
            store=store,
            paths=tuple(folder / part for part in weights.parts),
            size_bytes=weights.size_bytes,
            projector=folder / projector.name if projector else None,
        )
    for broken in grouped.incomplete:
        yield incomplete_problem(folder, broken, store)


def incomplete_problem(folder: Path, broken: Incomplete, store: str) -> StoreProblem:
    path = folder / broken.missing[0]
    found = broken.parts - len(broken.missing)
    return StoreProblem(
        store=store,
        path=path,
        sentence=f"Only {found} of {broken.parts} parts of {folder / broken.stem} are there; {path.name} is missing.",
    )


def quant_names(prefix: str, every: Iterable[Weights]) -> Callable[[Weights], str]:
    """Name a repository's models `prefix:QUANT`; by the file's stem where the quantisation does not tell them apart."""
    known = tuple(every)
    count = Counter(weights.quant for weights in known)

    def name(weights: Weights) -> str:
        if weights.quant and count[weights.quant] == 1:
            return f"{prefix}:{weights.quant}"
        if len(known) == 1:
            return prefix
        return f"{prefix}:{weights.stem.rpartition('/')[2]}"

    return name
