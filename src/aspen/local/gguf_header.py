"""What a GGUF file says of itself, read and checked before any engine sees the file.

Only the header is read, never the weights: about 20 ms for a vocabulary of 49,000 tokens. Why not the `gguf` package:
docs/decisions/0003-own-gguf-header-reader.md.
"""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from aspen.core.errors import BadModelFile, NotFound
from aspen.local.gguf_architectures import KNOWN_ARCHITECTURES
from aspen.local.gguf_cursor import Cursor
from aspen.local.gguf_layers import Layers, read_layers
from aspen.local.gguf_lookalikes import describe, printable
from aspen.local.gguf_metadata import Metadata, read_metadata
from aspen.local.gguf_parts import check_parts, find_parts
from aspen.local.gguf_tensors import Tensor, read_tensors

_MAGIC = b"GGUF"
_NEWEST_VERSION = 3
_DEFAULT_ALIGNMENT = 32
_MOST_PARTS = 9_999
_MOST_VOCABULARY = 1 << 24


class FileKind(StrEnum):
    """What a GGUF file is for. Only MODEL can answer; the others go with one."""

    MODEL = "model"
    PROJECTOR = "projector"
    ADAPTER = "adapter"
    OTHER = "other"


_TABLES = frozenset({"per_layer_token_embd.weight", "position_embd.weight", "token_types.weight"})
"""Tables of which a token reads one row."""

_KINDS = {
    "model": FileKind.MODEL,
    "mmproj": FileKind.PROJECTOR,
    "projector": FileKind.PROJECTOR,
    "adapter": FileKind.ADAPTER,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHeader:
    """A checked header. For a split model it speaks for all `parts`; `layers` is None unless `kind` is MODEL.

    `file_type` is llama.cpp's own number of the quantisation mix (2 = mostly Q4_0, 15 = Q4_K_M …).
    """

    path: Path
    parts: tuple[Path, ...]
    size_bytes: int
    version: int
    kind: FileKind
    architecture: str
    name: str | None
    size_label: str | None
    layers: Layers | None
    vocabulary_tokens: int
    tokenizer_model: str | None
    chat_template: str | None
    pooling_type: int | None
    file_type: int | None
    tensors: tuple[Tensor, ...]

    @property
    def tensor_bytes(self) -> int:
        """The bytes of all weights."""
        return sum(tensor.size_bytes for tensor in self.tensors)

    @property
    def parameters(self) -> int:
        """How many numbers the weights hold."""
        return sum(tensor.elements for tensor in self.tensors)

    @property
    def bytes_by_type(self) -> Mapping[str, int]:
        """Bytes of weights for each tensor type, largest first."""
        counted: Counter[str] = Counter()
        for tensor in self.tensors:
            counted[tensor.type_name] += tensor.size_bytes
        return dict(counted.most_common())

    @property
    def bytes_read_per_token(self) -> int:
        """The weights that one new token reads: all but the embedding table and the experts that stay idle."""
        return sum(self._share(tensor, tensor.size_bytes) for tensor in self.tensors)

    @property
    def parameters_per_prompt_token(self) -> int:
        """The parameters that each token of a prompt is multiplied with: without tables and the last layer."""
        matrices = (tensor for tensor in self.tensors if len(tensor.shape) > 1 and tensor.name != "output.weight")
        return sum(self._share(tensor, tensor.elements) for tensor in matrices if tensor.name != "token_embd.weight")

    def _share(self, tensor: Tensor, amount: int) -> int:
        if tensor.name in _TABLES:
            return 0
        if tensor.name == "token_embd.weight":
            # Without a matrix of its own the last layer multiplies with the embedding table.
            return 0 if any(other.name == "output.weight" for other in self.tensors) else amount
        if "_exps." in tensor.name and self.layers is not None and self.layers.expert_count:
            return amount * self.layers.expert_used_count // self.layers.expert_count
        return amount

    @property
    def is_embedder(self) -> bool:
        """Whether the model gives vectors instead of answers."""
        return self.pooling_type not in (None, 0)

    def require_model(self) -> Layers:
        """Return the layers; BadModelFile where this is no model that can be loaded by itself."""
        if self.layers is None:
            raise BadModelFile(
                f"{printable(self.path.name)} is {_KIND_WORDS[self.kind]}, not a model.",
                hint="Give the model file that it belongs to.",
                facts={"kind": self.kind.value},
            )
        if not self.tensors:
            raise BadModelFile(
                f"{printable(self.path.name)} holds a vocabulary and no weights.", hint="Download the model itself."
            )
        return self.layers


_KIND_WORDS = {
    FileKind.PROJECTOR: "the projector of a vision model (mmproj)",
    FileKind.ADAPTER: "a LoRA adapter",
    FileKind.OTHER: "something that goes with a model",
}


def read_header(path: Path) -> GgufHeader:
    """Read and check the header of a GGUF file and of the other parts of a split model.

    Raises NotFound for a missing file; BadModelFile for everything that the engine cannot or must not open: no GGUF, an
    unknown version, architecture or tensor type, counts and lengths larger than the file, tensors outside of it,
    overlapping or out of order, a missing part, a file that is cut off (and by how many bytes).
    """
    first = _read_file(path)
    split_count = first.metadata.integer("split.count", most=_MOST_PARTS, default=1)
    others = find_parts(path, split_count, first.metadata.integer("split.no", most=_MOST_PARTS))
    files = [first, *(_read_file(part) for part in others)]
    tensors = tuple(tensor for file in files for tensor in file.tensors)
    if others:
        check_parts([file.metadata for file in files], len(tensors))
    metadata = first.metadata
    architecture, kind = _architecture_and_kind(metadata, path)
    layers = read_layers(metadata, architecture) if kind is FileKind.MODEL else None
    vocabulary = metadata.length("tokenizer.ggml.tokens")
    return GgufHeader(
        path=path,
        parts=(path, *others),
        size_bytes=sum(file.size_bytes for file in files),
        version=first.version,
        kind=kind,
        architecture=architecture,
        name=_shown(metadata.text("general.name")),
        size_label=_shown(metadata.text("general.size_label")),
        layers=layers,
        vocabulary_tokens=vocabulary or metadata.integer(f"{architecture}.vocab_size", most=_MOST_VOCABULARY),
        tokenizer_model=_shown(metadata.text("tokenizer.ggml.model")),
        chat_template=metadata.text("tokenizer.chat_template"),
        pooling_type=_optional(metadata, f"{architecture}.pooling_type"),
        file_type=_optional(metadata, "general.file_type"),
        tensors=tensors,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _OneFile:
    version: int
    size_bytes: int
    metadata: Metadata
    tensors: tuple[Tensor, ...]


def _read_file(path: Path) -> _OneFile:
    descriptor = _open(path)
    try:
        cursor = Cursor(descriptor, printable(path.name))
        version = _check_beginning(cursor)
        tensor_count = cursor.u64("the number of tensors")
        key_count = cursor.u64("the number of keys")
        metadata = read_metadata(cursor, key_count)
        alignment = metadata.integer("general.alignment", most=1 << 31, default=_DEFAULT_ALIGNMENT)
        if alignment.bit_count() != 1:
            raise metadata.wrong("general.alignment", f"is {alignment}, which is no power of two")
        tensors = read_tensors(cursor, tensor_count, alignment)
        return _OneFile(version=version, size_bytes=cursor.size, metadata=metadata, tensors=tensors)
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as error:
        raise NotFound(f"There is no file {printable(str(path), 200)}.") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is no file name"
        raise BadModelFile(f"{printable(path.name)} cannot be opened: {reason}.") from error
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    is_folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
    os.close(descriptor)
    raise BadModelFile(
        f"{printable(path.name)} is {'a folder' if is_folder else 'not a regular file'}.",
        hint="Give the path of a file that ends in .gguf.",
    )


def _check_beginning(cursor: Cursor) -> int:
    beginning = cursor.take(min(512, cursor.size), "the beginning")
    if not beginning.startswith(_MAGIC):
        name, remedy = describe(beginning)
        raise BadModelFile(f"{cursor.shown_name} is {name}.", hint=remedy, facts={"looks_like": name})
    cursor.position = len(_MAGIC)
    version = cursor.u32("the version")
    if version & 0xFFFF == 0 and version:
        raise BadModelFile(
            f"{cursor.shown_name} was made for a big-endian machine, and this engine reads little-endian files only.",
            hint="Download the usual file of this model.",
        )
    if version in (0, 1) or version > _NEWEST_VERSION:
        raise BadModelFile(
            f"{cursor.shown_name} has GGUF version {version}, and this engine reads 2 and 3.",
            hint="Download a current file of this model." if version == 1 else "It may need a newer Aspen.",
            facts={"version": version},
        )
    return version


def _architecture_and_kind(metadata: Metadata, path: Path) -> tuple[str, FileKind]:
    kind_name = metadata.text("general.type") or "model"
    if kind_name == "imatrix":
        raise BadModelFile(
            f"{printable(path.name)} is an importance matrix for quantising, not a model.", hint="Choose the model."
        )
    architecture = metadata.text("general.architecture")
    if not architecture:
        raise metadata.wrong("general.architecture", "is missing")
    if architecture not in KNOWN_ARCHITECTURES:
        shown = printable(architecture, 40)
        raise BadModelFile(
            f"{printable(path.name)} has the architecture “{shown}”, which this engine does not know.",
            hint="It may need a newer Aspen; another model works now.",
            facts={"architecture": shown},
        )
    kind = _KINDS.get(kind_name, FileKind.OTHER)
    if architecture == "clip" and kind is FileKind.MODEL:
        kind = FileKind.PROJECTOR
    return architecture, kind


def _optional(metadata: Metadata, key: str) -> int | None:
    return metadata.integer(key, most=1 << 16) if key in metadata else None


def _shown(text: str | None) -> str | None:
    return printable(text, 120) if text else None
