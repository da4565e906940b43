"""The tables of architectures and tensor types against the real engine."""

from __future__ import annotations

import re
from pathlib import Path

from aspen.local.gguf_architectures import KNOWN_ARCHITECTURES
from aspen.local.gguf_types import TENSOR_TYPES
from fakes.engine_log import engine_logs
from fakes.gguf_writer import TensorEntry, gguf

_UNKNOWN = "unknown model architecture"


def test_the_engine_knows_every_architecture_in_the_table(tmp_path: Path) -> None:
    names = [*sorted(KNOWN_ARCHITECTURES), "no-such-architecture"]
    for name in names:
        (tmp_path / name).write_bytes(gguf({"general.architecture": name}, tensors=()))
    logs = engine_logs(*({"model": str(tmp_path / name)} for name in names))
    unknown = [name for name, log in zip(names, logs, strict=True) if _UNKNOWN in log]
    assert unknown == ["no-such-architecture"]


def test_the_engine_counts_the_bytes_of_every_tensor_type_as_the_table_does(tmp_path: Path) -> None:
    # The engine says which offset it expects of a second tensor: behind the first, with an alignment of one byte.
    for number in TENSOR_TYPES:
        entries = [
            TensorEntry(name="a", shape=(256,), type_number=number),
            TensorEntry(name="b", shape=(1,), offset=999_999),
        ]
        keys = {"general.architecture": "llama", "general.alignment": 1}
        (tmp_path / str(number)).write_bytes(gguf(keys, entries, alignment=1, weights_bytes=1 << 16))
    logs = engine_logs(*({"model": str(tmp_path / str(number))} for number in TENSOR_TYPES))
    for kind, log in zip(TENSOR_TYPES.values(), logs, strict=True):
        expected = re.search(r"expected (\d+)", log)
        assert expected is not None, log
        assert int(expected[1]) == 256 // kind.block_elements * kind.block_bytes, kind.name
