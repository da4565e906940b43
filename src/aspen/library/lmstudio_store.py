"""LM Studio's models, read in place: `models/<publisher>/<model>/<file>.gguf`, with `mmproj-*.gguf` beside it.

Layout: LM Studio's documentation on importing models. The home folder may have been moved (a pointer file in the
user's home says where to), and the models folder too (`downloadsFolder` in `settings.json`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from aspen.core.errors import Failed, NotFound
from aspen.library.findings import Findings
from aspen.library.gguf_names import group_files
from aspen.library.json_files import as_text, read_json_object, read_text
from aspen.library.listing import list_folder, real_path
from aspen.library.model_files import models_of, one_model_per_folder, quant_names
from aspen.library.names import is_showable

STORE: Final = "lmstudio"

_POINTER: Final = ".lmstudio-home-pointer"
_POINTER_BYTES: Final = 4096
_SETTINGS_BYTES: Final = 4 << 20


def roots(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Every folder of models that LM Studio of this user may have: moved, present and of older versions."""
    del environment
    return tuple(dict.fromkeys(root for base in _homes(home) for root in _models_folders(base)))


def find_models(root: Path) -> Findings:
    """Yield the models two levels down, named `publisher/model:QUANT`."""
    root = real_path(root)
    top = list_folder(root, root=root, store=STORE)
    yield from top.problems
    for publisher in top.folders:
        middle = list_folder(root / publisher, root=root, store=STORE)
        yield from middle.problems
        for model in middle.folders:
            yield from _models_in(root, publisher, model)


def _models_in(root: Path, publisher: str, model: str) -> Findings:
    folder = root / publisher / model
    listing = list_folder(folder, root=root, store=STORE)
    yield from listing.problems
    grouped = group_files(listing.files)
    names = quant_names(f"{publisher}/{model}", grouped.weights)
    yield from models_of(folder, grouped, store=STORE, names=names, pick=one_model_per_folder)


def _homes(home: Path) -> Iterator[Path]:
    try:
        moved = Path(read_text(home / _POINTER, limit_bytes=_POINTER_BYTES).strip())
    except (Failed, NotFound):
        pass
    else:
        if _is_usable(str(moved)):
            yield moved
    yield home / ".lmstudio"
    yield home / ".cache" / "lm-studio"


def _models_folders(base: Path) -> Iterator[Path]:
    yield base / "models"
    try:
        settings = read_json_object(base / "settings.json", limit_bytes=_SETTINGS_BYTES)
    except (Failed, NotFound):
        # Settings that cannot be read only mean that a moved folder stays unknown.
        return
    moved = as_text(settings.get("downloadsFolder"))
    if moved and _is_usable(moved):
        yield Path(moved)


def _is_usable(written: str) -> bool:
    return is_showable(written) and Path(written).is_absolute()
