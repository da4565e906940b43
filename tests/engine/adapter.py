"""Writes a LoRA adapter for the starter model: one layer's query matrix, pushed hard enough to be noticed."""

from __future__ import annotations

import random
import struct
from pathlib import Path

from fakes.gguf_writer import TensorEntry, gguf

_WIDTH = 576
_RANK = 2
_METADATA = {
    "general.type": "adapter",
    "general.architecture": "llama",
    "adapter.type": "lora",
    "adapter.lora.alpha": 2.0,
}
_TENSORS = (
    TensorEntry(name="blk.0.attn_q.weight.lora_a", shape=(_WIDTH, _RANK)),
    TensorEntry(name="blk.0.attn_q.weight.lora_b", shape=(_RANK, _WIDTH)),
)


def write_adapter(path: Path) -> Path:
    """Write the adapter's file; the same numbers each time."""
    header = gguf(_METADATA, _TENSORS, weights_bytes=0)
    numbers = random.Random(7)
    count = 2 * _WIDTH * _RANK
    path.write_bytes(header + struct.pack(f"<{count}f", *(numbers.uniform(-1, 1) for _ in range(count))))
    return path
