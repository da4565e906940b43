"""Jan's models, read in place: `llamacpp/models/<org>/<repo>/model.yml` tells which file holds the weights.

Of the YAML only plain `key: value` lines at the margin are read, which is all that these files hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from aspen.core.errors import Failed, NotFound
from aspen.core.model_card import ModelFile
from aspen.library.findings import Finding, Findings, StoreProblem
from aspen.library.json_files import read_text
from aspen.library.listing import is_inside, list_folder, real_path

STORE: Final = "jan"

_LINE = re.compile(r"(?P<key>[A-Za-z_]\w*):[ \t]+(?P<value>\S.*?)[ \t]*")
_DEPTH: Final = 3
_YAML_BYTES: Final = 1 << 18


def roots(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """Jan's data folder on each platform."""
    shared = environment.get("XDG_DATA_HOME")
    found = [Path(shared) if shared else home / ".local" / "share", home / "Library" / "Application Support"]
    if roaming := environment.get("APPDATA"):
        found.append(Path(roaming))
    return tuple(folder / "Jan" / "data" for folder in found)


def find_models(root: Path) -> Findings:
    """Yield the models that have a `model.yml`, named by their folder: `org/repo`."""
    root = real_path(root)
    yield from _walk(root / "llamacpp" / "models", root, ())


def _walk(folder: Path, root: Path, names: tuple[str, ...]) -> Findings:
    listing = list_folder(folder, root=root, store=STORE, ending=".yml")
    yield from listing.problems
    if any(file.name == "model.yml" for file in listing.files) and names:
        yield from _read_model(folder, root, "/".join(names))
    if len(names) < _DEPTH:
        for name in listing.folders:
            yield from _walk(folder / name, root, (*names, name))


def _read_model(folder: Path, root: Path, name: str) -> Iterator[Finding]:
    card = folder / "model.yml"
    try:
        fields = _read_fields(card)
        weights = _file(root, fields.get("model_path") or str(folder / "model.gguf"))
        projector = fields.get("mmproj_path")
        yield ModelFile(
            name=name,
            store=STORE,
            paths=(weights,),
            size_bytes=weights.stat().st_size,
            projector=_file(root, projector) if projector else None,
        )
    except (Failed, NotFound) as error:
        yield StoreProblem(store=STORE, path=card, sentence=f"Jan's {name} is unusable: {error.sentence}")
    except OSError as error:
        yield StoreProblem(store=STORE, path=card, sentence=f"Jan's {name} cannot be read ({error.strerror}).")


def _read_fields(card: Path) -> dict[str, str]:
    fields: dict[str, str] = {}
    for line in read_text(card, limit_bytes=_YAML_BYTES).splitlines():
        if match := _LINE.fullmatch(line):
            value = match["value"]
            quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
            fields[match["key"]] = value[1:-1] if quoted else value
    return fields


def _file(root: Path, written: str) -> Path:
    """Resolve a path as Jan writes it, relative to its data folder; one that leads elsewhere is the user's to add."""
    if "\0" in written:
        raise Failed("its card holds a path with a null character.")
    path = root / written
    if not is_inside(path, root):
        raise Failed(f"its file {path} lies outside of Jan's folder; `aspen add` takes the file itself.")
    if not path.is_file():
        raise NotFound(f"its file {path} is not there.")
    return path
