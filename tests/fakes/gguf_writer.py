"""Writes small GGUF files, good ones and broken ones, byte by byte."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Scalar = bool | int | float | str
Value = Scalar | Sequence[Scalar]

_BLOCKS = {0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 8: (32, 34), 12: (256, 144)}


@dataclass(frozen=True, slots=True, kw_only=True)
class TensorEntry:
    """One tensor of the directory; `offset` None lays it behind the one before."""

    name: str
    shape: tuple[int, ...]
    type_number: int = 0
    offset: int | None = None

    @property
    def size_bytes(self) -> int:
        elements = 1
        for length in self.shape:
            elements *= length
        block, size = _BLOCKS.get(self.type_number, (1, 1))
        return elements // block * size


TINY_METADATA: dict[str, Value] = {
    "general.architecture": "llama",
    "general.name": "Tiny",
    "general.size_label": "1K",
    "llama.block_count": 2,
    "llama.context_length": 4096,
    "llama.embedding_length": 64,
    "llama.feed_forward_length": 128,
    "llama.attention.head_count": 4,
    "llama.attention.head_count_kv": 2,
    "tokenizer.ggml.model": "gpt2",
    "tokenizer.ggml.tokens": ["a", "b", "ab"],
    "tokenizer.chat_template": "{% for m in messages %}{{ m.content }}{% endfor %}",
}

TINY_TENSORS: tuple[TensorEntry, ...] = (
    TensorEntry(name="token_embd.weight", shape=(64, 3)),
    TensorEntry(name="blk.0.attn_q.weight", shape=(64, 64), type_number=2),
    TensorEntry(name="blk.1.attn_q.weight", shape=(64, 64), type_number=2),
    TensorEntry(name="output_norm.weight", shape=(64,)),
)


def string(text: str | bytes) -> bytes:
    raw = text.encode() if isinstance(text, str) else text
    return struct.pack("<Q", len(raw)) + raw


def value(content: Value) -> bytes:
    """A type number and the value: whole numbers as 32 bits where they fit."""
    match content:
        case bool():
            return struct.pack("<I?", 7, content)
        case int():
            return struct.pack("<II", 4, content) if 0 <= content < 1 << 32 else struct.pack("<IQ", 10, content)
        case float():
            return struct.pack("<If", 6, content)
        case str():
            return struct.pack("<I", 8) + string(content)
        case elements:
            first = elements[0]
            body = b"".join(value(element)[4:] for element in elements)
            return struct.pack("<I", 9) + value(first)[:4] + struct.pack("<Q", len(elements)) + body


def key_value(key: str, content: Value) -> bytes:
    return string(key) + value(content)


def gguf(
    metadata: Mapping[str, Value] | None = None,
    tensors: Sequence[TensorEntry] | None = None,
    *,
    version: int = 3,
    alignment: int = 32,
    counts: tuple[int, int] | None = None,
    weights_bytes: int | None = None,
) -> bytes:
    """A whole file, weights of zeros included.

    `counts` overrides the numbers of tensors and of keys, `weights_bytes` how many zeros there are.
    """
    keys = TINY_METADATA if metadata is None else metadata
    entries = TINY_TENSORS if tensors is None else tensors
    pairs = b"".join(key_value(key, content) for key, content in keys.items())
    directory, end = _directory(entries, alignment)
    tensor_count, key_count = counts or (len(entries), len(keys))
    header = b"GGUF" + struct.pack("<IQQ", version, tensor_count, key_count) + pairs + directory
    return header + b"\0" * (-len(header) % alignment) + b"\0" * (end if weights_bytes is None else weights_bytes)


def _directory(entries: Sequence[TensorEntry], alignment: int) -> tuple[bytes, int]:
    directory = b""
    end = 0
    for entry in entries:
        due = -(-end // alignment) * alignment
        offset = due if entry.offset is None else entry.offset
        end = due + entry.size_bytes
        shape = struct.pack(f"<I{len(entry.shape)}Q", len(entry.shape), *entry.shape)
        directory += string(entry.name) + shape + struct.pack("<IQ", entry.type_number, offset)
    return directory, end


def changed(**changes: Value | None) -> dict[str, Value]:
    """The tiny model's metadata with some keys replaced (`__` for a dot) or, with None, left out."""
    renamed = {key.replace("__", "."): content for key, content in changes.items()}
    merged = {**TINY_METADATA, **renamed}
    return {key: content for key, content in merged.items() if content is not None}
