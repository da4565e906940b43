"""Ollama's models, read in place: manifests that name blobs by their SHA-256.

Layout (Ollama's manifest package and FAQ): `manifests/<host>/<namespace>/<model>/<tag>` is JSON; its layers lie in
`blobs/sha256-<64 hex>`. A digest is matched against one pattern and resolved under the root, whatever it says.
Models of which Ollama keeps only a cloud stub, or weights that are not GGUF, are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aspen.core.errors import Failed, NotFound
from aspen.core.model_card import ModelFile
from aspen.library.findings import Finding, Findings, StoreProblem
from aspen.library.json_files import as_list, as_object, as_text, as_whole, read_json_object
from aspen.library.listing import is_inside, list_folder, real_path

STORE: Final = "ollama"
SERVICE_ROOT: Final = Path("/usr/share/ollama/.ollama/models")

_DIGEST = re.compile(r"sha256[:-]([0-9a-fA-F]{64})")
_LAYER: Final = "application/vnd.ollama.image."
_DEFAULT_HOST: Final = "registry.ollama.ai"
_DEFAULT_NAMESPACE: Final = "library"
_DEFAULT_TAG: Final = "latest"
_HUB_HOSTS: Final = frozenset({"hf.co", "huggingface.co"})
_MANIFEST_BYTES: Final = 1 << 20
_CONFIG_BYTES: Final = 4 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    kind: str
    digest: str
    size_bytes: int | None


class _Unusable(Exception):
    """Why a manifest yields no model; an empty sentence for what is none on purpose."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def roots(environment: Mapping[str, str], home: Path) -> tuple[Path, ...]:
    """`OLLAMA_MODELS`, else the user's own folder and the Linux service's."""
    if chosen := environment.get("OLLAMA_MODELS"):
        return (Path(chosen),)
    return home / ".ollama" / "models", SERVICE_ROOT


def find_models(root: Path) -> Findings:
    """Yield each model that a manifest names and whose weights are whole."""
    root = real_path(root)
    for folder, parts in _tag_folders(root / "manifests", root, 3):
        if isinstance(folder, StoreProblem):
            yield folder
            continue
        listing = list_folder(folder, root=root, store=STORE, ending="")
        yield from listing.problems
        for file in listing.files:
            yield from _read_tag(folder / file.name, root, parts)


def _tag_folders(folder: Path, root: Path, levels: int) -> Iterator[tuple[Path | StoreProblem, tuple[str, ...]]]:
    """Walk `<host>/<namespace>/<model>` and yield the folders of tags with their three names."""
    listing = list_folder(folder, root=root, store=STORE)
    for problem in listing.problems:
        yield problem, ()
    for name in listing.folders:
        if levels == 1:
            yield folder / name, (name,)
        else:
            for deeper, names in _tag_folders(folder / name, root, levels - 1):
                yield deeper, (name, *names)


def _read_tag(manifest: Path, root: Path, parts: tuple[str, ...]) -> Iterator[Finding]:
    host, namespace, model = parts
    name, aliases = _names(host, namespace, model, manifest.name)
    try:
        yield _read_manifest(manifest, root, name, aliases)
    except _Unusable as reason:
        if reason.sentence:
            yield StoreProblem(store=STORE, path=manifest, sentence=f"Ollama's {name} {reason.sentence}.")
    except (Failed, NotFound) as error:
        yield StoreProblem(store=STORE, path=manifest, sentence=f"Ollama's {name} is unusable: {error.sentence}")


def _read_manifest(manifest: Path, root: Path, name: str, aliases: tuple[str, ...]) -> ModelFile:
    content = read_json_object(manifest, limit_bytes=_MANIFEST_BYTES)
    layers = [layer for value in as_list(content.get("layers")) if (layer := _layer(value))]
    kinds = [layer.kind for layer in layers]
    config = _layer(content.get("config"))
    if config and config.digest:
        _check_config(root, config)
    if "tensor" in kinds:
        raise _Unusable("")
    if "model" not in kinds:
        raise _Unusable("names no weights in its manifest")
    if kinds.count("model") > 1:
        raise _Unusable(f"is split in {kinds.count('model')} blobs, which only Ollama can put together")
    if "adapter" in kinds:
        raise _Unusable("carries a LoRA adapter, without which its weights are another model")
    weights = next(layer for layer in layers if layer.kind == "model")
    projector = next((layer for layer in layers if layer.kind == "projector"), None)
    path, size_bytes = _blob(root, weights)
    return ModelFile(
        name=name,
        store=STORE,
        paths=(path,),
        size_bytes=size_bytes,
        projector=_blob(root, projector)[0] if projector else None,
        aliases=aliases,
    )


def _check_config(root: Path, layer: _Layer) -> None:
    config = read_json_object(_blob(root, layer)[0], limit_bytes=_CONFIG_BYTES)
    if as_text(config.get("remote_host")) or as_text(config.get("remote_model")):
        raise _Unusable("")
    if (as_text(config.get("model_format")) or "gguf") != "gguf":
        raise _Unusable("")


def _layer(value: object) -> _Layer | None:
    found = as_object(value)
    if found is None:
        return None
    media_type = as_text(found.get("mediaType")) or ""
    kind = media_type.removeprefix(_LAYER) if media_type.startswith(_LAYER) else ""
    return _Layer(kind=kind, digest=as_text(found.get("digest")) or "", size_bytes=as_whole(found.get("size")))


def _blob(root: Path, layer: _Layer) -> tuple[Path, int]:
    """Return a layer's file and size; its name is built from the checked digest alone."""
    digest = _DIGEST.fullmatch(layer.digest)
    if not digest:
        raise _Unusable("names a blob by something that is not a SHA-256 digest")
    blobs = root / "blobs"
    path = blobs / f"sha256-{digest[1].lower()}"
    if not is_inside(path, root):
        raise _Unusable("has a blob that is a link out of the store")
    try:
        size_bytes = path.stat().st_size
    except FileNotFoundError:
        partial = path.with_name(f"{path.name}-partial")
        raise _Unusable("is not downloaded to its end" if partial.exists() else "lacks a blob") from None
    except OSError as error:
        raise _Unusable(f"has a blob that cannot be read ({error.strerror})") from error
    if not path.is_file():
        raise _Unusable("has a blob that is not a plain file")
    if layer.size_bytes is not None and layer.size_bytes != size_bytes:
        raise _Unusable(f"has a blob of {size_bytes} bytes where its manifest says {layer.size_bytes}")
    return path, size_bytes


def _names(host: str, namespace: str, model: str, tag: str) -> tuple[str, tuple[str, ...]]:
    """Return the name that Ollama itself would show, without `:latest`, and the longer ways to say it."""
    short = model if namespace == _DEFAULT_NAMESPACE else f"{namespace}/{model}"
    bare = short if host == _DEFAULT_HOST else f"{host}/{namespace}/{model}"
    aliases = [f"{namespace}/{model}:{tag}"] if host in _HUB_HOSTS else []
    if tag == _DEFAULT_TAG:
        return bare, (f"{bare}:{tag}", *aliases)
    return f"{bare}:{tag}", tuple(aliases)
