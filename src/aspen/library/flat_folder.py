"""Folders of loose GGUF files: one file a model, or one subfolder for a model that needs several files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from aspen.library.findings import Findings
from aspen.library.gguf_names import Weights, group_files
from aspen.library.listing import list_folder, real_path
from aspen.library.model_files import many_models_in_a_folder, models_of, one_model_per_folder

Namer = Callable[[Weights], str]


def stem_name(weights: Weights) -> str:
    return weights.stem


def find_in(root: Path, *, store: str, names: Namer = stem_name) -> Findings:
    """Yield the models of a flat folder and of its subfolders, named by the stem of their files."""
    root = real_path(root)
    top = list_folder(root, root=root, store=store)
    yield from top.problems
    yield from models_of(root, group_files(top.files), store=store, names=names, pick=many_models_in_a_folder)
    for name in top.folders:
        folder = root / name
        listing = list_folder(folder, root=root, store=store)
        yield from listing.problems
        yield from models_of(
            folder, group_files(listing.files), store=store, names=stem_name, pick=one_model_per_folder
        )
