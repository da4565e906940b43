"""llama.cpp's own folders, read in place: its older download cache, which is also the layout of `--models-dir`.

Flat `*.gguf`, or one subfolder for a model with a projector or in several parts. Newer versions download into the
Hugging Face cache instead. A file `manifest=org=repo=tag.json` beside `org_repo_file.gguf` tells where a name's
parts end; without it the file's stem is the name.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aspen.library.findings import Findings
from aspen.library.flat_folder import find_in
from aspen.library.gguf_names import Weights
from aspen.library.listing import list_folder, real_path

STORE: Final = "llamacpp"

_MANIFEST: Final = "manifest="


def roots(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """`LLAMA_CACHE`, else the platform's cache folder."""
    if chosen := environment.get("LLAMA_CACHE"):
        return (Path(chosen),)
    cache = environment.get("XDG_CACHE_HOME")
    found = [Path(cache) if cache else home / ".cache", home / "Library" / "Caches"]
    if local := environment.get("LOCALAPPDATA"):
        found.append(Path(local))
    return tuple(folder / "llama.cpp" for folder in found)


def find_models(root: Path) -> Findings:
    """Yield the models of a cache, named `org/repo:QUANT` where its manifests allow it, else by their files."""
    repositories = _repositories(root)

    def name(weights: Weights) -> str:
        for prefix, repository in repositories.items():
            if weights.stem.startswith(prefix):
                return f"{repository}:{weights.quant or weights.stem.removeprefix(prefix)}"
        return weights.stem

    yield from find_in(root, store=STORE, names=name)


def _repositories(root: Path) -> dict[str, str]:
    listing = list_folder(root, root=real_path(root), store=STORE, ending=".json")
    fields = [file.name.removeprefix(_MANIFEST).split("=") for file in listing.files if file.name.startswith(_MANIFEST)]
    return {f"{parts[0]}_{parts[1]}_": f"{parts[0]}/{parts[1]}" for parts in fields if len(parts) == 3}
