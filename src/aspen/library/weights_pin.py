"""Bind an assistant to exact weights, and notice when the file is not theirs any more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aspen.core.errors import WeightsChanged
from aspen.core.model_card import ModelFile
from aspen.library.weights_hash import FileStamp, stamp_of

HashFiles = Callable[[Sequence[Path]], str]
"""Gives the SHA-256 of files, as `weights_hash.hash_weights` does; expensive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsPin:
    """The hash of the weights, and the stamps of the files in which that hash was last seen (one for each part)."""

    sha256: str
    stamps: tuple[FileStamp, ...]

    @property
    def size_bytes(self) -> int:
        return sum(stamp.size_bytes for stamp in self.stamps)


def pin_weights(model: ModelFile, hash_files: HashFiles) -> WeightsPin:
    """Hash a model's weights and bind them. Reads every byte."""
    stamps = _stamps(model)
    return WeightsPin(sha256=hash_files(model.paths), stamps=stamps)


def check_weights(pin: WeightsPin, model: ModelFile, hash_files: HashFiles, *, assistant: str) -> WeightsPin:
    """Return the pin, with fresh stamps when the file was only touched or moved. Reads the file only if those differ.

    Raises WeightsChanged when the file holds other weights.
    """
    stamps = _stamps(model)
    if stamps == pin.stamps:
        return pin
    size_bytes = sum(stamp.size_bytes for stamp in stamps)
    # Another size settles it without reading gigabytes.
    found = hash_files(model.paths) if size_bytes == pin.size_bytes else None
    if found != pin.sha256:
        raise WeightsChanged(
            f"The weights of {model.name} are not those that the assistant {assistant} was made with.",
            hint=f"Make it anew with `aspen create {assistant} --from {model.name}`, or bring the old file back.",
            facts={
                "path": str(model.path),
                "pinned_sha256": pin.sha256,
                "found_sha256": found,
                "pinned_bytes": pin.size_bytes,
                "found_bytes": size_bytes,
            },
        )
    return replace(pin, stamps=stamps)


def _stamps(model: ModelFile) -> tuple[FileStamp, ...]:
    return tuple(stamp_of(path) for path in model.paths)
