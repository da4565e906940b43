"""The Hugging Face cache, read in place: where Aspen's own downloads lie too, shared with other applications.

Layout (huggingface_hub, "Understand caching"): `models--org--name/snapshots/<revision>/…` are links to `blobs/…`, and
`refs/main` names the present revision. A link is followed only if it ends inside the cache.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aspen.core.errors import Failed, NotFound
from aspen.library.findings import Findings, StoreProblem
from aspen.library.gguf_names import group_files
from aspen.library.json_files import read_text
from aspen.library.listing import list_folder, list_with_subfolders, real_path
from aspen.library.model_files import models_of, one_model_per_folder, quant_names

STORE: Final = "huggingface"

_PREFIX: Final = "models--"
_REVISION = re.compile(r"[A-Za-z0-9_-]{1,64}")
_REF_BYTES: Final = 256


def roots(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """`HF_HUB_CACHE`, else `HF_HOME/hub`, else the folder under the user's cache; and `LLAMA_CACHE`.

    Newer versions of llama.cpp keep this layout in `LLAMA_CACHE` (ggml-org/llama.cpp#21009).
    """
    found = [cache_root(environment, home)]
    if llama := environment.get("LLAMA_CACHE"):
        found.append(Path(llama))
    return tuple(found)


def cache_root(environment: Mapping[str, str], home: Path) -> Path:
    """Return the folder that `huggingface_hub` downloads into, by its own rules."""
    for variable in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
        if chosen := environment.get(variable):
            return _expand(chosen, home)
    if chosen := environment.get("HF_HOME"):
        return _expand(chosen, home) / "hub"
    if chosen := environment.get("XDG_CACHE_HOME"):
        return _expand(chosen, home) / "huggingface" / "hub"
    return home / ".cache" / "huggingface" / "hub"


def find_models(root: Path) -> Findings:
    """Yield the GGUF models of every repository, named `org/repo:QUANT`; the present revision goes first."""
    root = real_path(root)
    top = list_folder(root, root=root, store=STORE)
    yield from top.problems
    for name in top.folders:
        if name.startswith(_PREFIX):
            yield from _repository(root, root / name, name.removeprefix(_PREFIX).replace("--", "/", 1))


def _repository(root: Path, folder: Path, repository: str) -> Findings:
    snapshots = list_folder(folder / "snapshots", root=root, store=STORE)
    yield from snapshots.problems
    seen: set[str] = set()
    present = _present_revision(folder)
    for revision in sorted(snapshots.folders, key=lambda name: (name != present, name)):
        snapshot = folder / "snapshots" / revision
        listing = list_with_subfolders(snapshot, root=root, store=STORE)
        grouped = group_files(listing.files)
        names = quant_names(repository, grouped.weights)
        yield from listing.problems
        for finding in models_of(snapshot, grouped, store=STORE, names=names, pick=one_model_per_folder):
            if isinstance(finding, StoreProblem):
                yield finding
            elif finding.name not in seen:
                seen.add(finding.name)
                yield finding


def _present_revision(folder: Path) -> str | None:
    try:
        revision = read_text(folder / "refs" / "main", limit_bytes=_REF_BYTES).strip()
    except (Failed, NotFound):
        return None
    return revision if _REVISION.fullmatch(revision) else None


def _expand(text: str, home: Path) -> Path:
    return home / text[2:] if text.startswith("~/") else Path(text)
