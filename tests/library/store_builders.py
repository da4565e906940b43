"""Build real stores of other applications on disk, as those applications lay them out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from aspen.core.model_card import ModelFile
from aspen.library.findings import Finding, StoreProblem

GGUF = b"GGUF" + bytes(60)
"""Enough of a GGUF file for code that reads no headers."""

LAYER = "application/vnd.ollama.image."


def write_file(path: Path, content: bytes | str = GGUF) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def models_in(findings: Iterable[Finding]) -> dict[str, ModelFile]:
    return {found.name: found for found in findings if isinstance(found, ModelFile)}


def problems_in(findings: Iterable[Finding]) -> list[StoreProblem]:
    return [found for found in findings if isinstance(found, StoreProblem)]


class OllamaStore:
    """A store of Ollama's: put blobs, write manifests."""

    def __init__(self, root: Path) -> None:
        self.root = root
        (root / "blobs").mkdir(parents=True)

    def put_blob(self, content: bytes) -> dict[str, object]:
        """Keep a blob and return the digest and size that a manifest names it by."""
        digest = hashlib.sha256(content).hexdigest()
        (self.root / "blobs" / f"sha256-{digest}").write_bytes(content)
        return {"digest": f"sha256:{digest}", "size": len(content)}

    def layer(self, kind: str, content: bytes = GGUF) -> dict[str, object]:
        return {"mediaType": LAYER + kind, **self.put_blob(content)}

    def put_manifest(self, name: str, layers: list[dict[str, object]], config: dict[str, object] | None = None) -> Path:
        """Write the manifest `host/namespace/model/tag`."""
        blob = self.put_blob(json.dumps(config if config is not None else {"model_format": "gguf"}).encode())
        manifest = {
            "schemaVersion": 2,
            "config": {"mediaType": "application/vnd.docker.container.image.v1+json", **blob},
            "layers": layers,
        }
        return write_file(self.root / "manifests" / name, json.dumps(manifest))


class HubCache:
    """A cache of Hugging Face's: blobs, and snapshots of links to them."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, repository: str, revision: str, name: str, content: bytes = GGUF) -> Path:
        folder = self.root / f"models--{repository.replace('/', '--')}"
        blob = write_file(folder / "blobs" / hashlib.sha256(name.encode() + content).hexdigest(), content)
        link = folder / "snapshots" / revision / name
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(blob)
        return link

    def set_main(self, repository: str, revision: str) -> None:
        write_file(self.root / f"models--{repository.replace('/', '--')}" / "refs" / "main", revision)
