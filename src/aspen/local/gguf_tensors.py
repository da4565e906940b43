"""The tensor directory of a GGUF file: names, shapes, types and where the bytes lie. Never the bytes themselves.

The engine demands that tensors follow each other without gap or overlap, each padded to the alignment; the same rule
here turns every hostile offset into a sentence before llama.cpp sees the file (CVE-2026-7482 read past the end).
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass

from aspen.core.errors import BadModelFile
from aspen.local.gguf_cursor import Cursor
from aspen.local.gguf_lookalikes import printable
from aspen.local.gguf_types import TENSOR_TYPES, TensorType

MOST_TENSORS = 131_072
"""Mixtures of experts of 2023 stored one tensor for each expert: about 50,000 in the largest."""
_MOST_NAME_BYTES = 63
_MOST_DIMENSIONS = 4
_MOST_ELEMENTS = (1 << 63) - 1
_SMALLEST_ENTRY_BYTES = 8 + 1 + 4 + 8 + 4 + 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    name: str
    type_name: str
    shape: tuple[int, ...]
    size_bytes: int

    @property
    def elements(self) -> int:
        return math.prod(self.shape)


def read_tensors(cursor: Cursor, count: int, alignment: int) -> tuple[Tensor, ...]:
    """Read `count` entries at the cursor and check that their bytes are in the file.

    Raises BadModelFile; a file that is cut off says how many bytes are missing.
    """
    if count > MOST_TENSORS:
        raise cursor.damaged(f"its header counts {count} tensors, and {MOST_TENSORS} is the most", tensor_count=count)
    cursor.require(count * _SMALLEST_ENTRY_BYTES, f"the list of {count} tensors")
    tensors: list[Tensor] = []
    names: set[str] = set()
    expected_offset = end = 0
    for number in range(count):
        tensor, offset = _tensor(cursor, number)
        if tensor.name in names:
            raise cursor.damaged(f"it has the tensor {printable(tensor.name)} twice")
        if offset != expected_offset:
            raise cursor.damaged(
                f"tensor {printable(tensor.name)} lies at byte {offset} of the weights, where {expected_offset} is due",
                offset_bytes=offset,
                expected_offset_bytes=expected_offset,
            )
        names.add(tensor.name)
        tensors.append(tensor)
        end = offset + tensor.size_bytes
        expected_offset = _padded(end, alignment)
    if tensors:
        _require_weights(cursor, _padded(cursor.position, alignment) + end)
    return tuple(tensors)


def _require_weights(cursor: Cursor, expected_bytes: int) -> None:
    if (missing := expected_bytes - cursor.size) > 0:
        raise BadModelFile(
            f"{cursor.shown_name} is cut off: {missing} of {expected_bytes} bytes are missing.",
            hint="Download it again.",
            facts={"missing_bytes": missing, "expected_bytes": expected_bytes, "size_bytes": cursor.size},
        )


def _tensor(cursor: Cursor, number: int) -> tuple[Tensor, int]:
    where = f"the entry of tensor {number}"
    raw = cursor.string(f"the name of tensor {number}", _MOST_NAME_BYTES)
    try:
        name = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise cursor.damaged(f"the name of tensor {number} is no text") from None
    dimensions = cursor.u32(where)
    if dimensions > _MOST_DIMENSIONS:
        raise cursor.damaged(
            f"tensor {printable(name)} has {dimensions} dimensions, and {_MOST_DIMENSIONS} is the most",
            dimensions=dimensions,
        )
    shape = struct.unpack(f"<{dimensions}Q", cursor.take(8 * dimensions, where))
    type_number = cursor.u32(where)
    offset = cursor.u64(where)
    kind = TENSOR_TYPES.get(type_number)
    if kind is None:
        raise BadModelFile(
            f"{cursor.shown_name} has a tensor of type {type_number}, which this engine does not know.",
            hint="It may need a newer Aspen, or the file is damaged.",
            facts={"tensor_type": type_number},
        )
    size = _size(cursor, name, shape, kind)
    return Tensor(name=name, type_name=kind.name, shape=shape, size_bytes=size), offset


def _size(cursor: Cursor, name: str, shape: tuple[int, ...], kind: TensorType) -> int:
    elements = math.prod(shape)
    if elements > _MOST_ELEMENTS or max(shape, default=1) > _MOST_ELEMENTS:
        raise cursor.damaged(f"tensor {printable(name)} claims {elements} elements", elements=elements)
    row = shape[0] if shape else 1
    if row % kind.block_elements:
        raise cursor.damaged(
            f"tensor {printable(name)} has rows of {row} elements, which {kind.name} cannot hold", row_elements=row
        )
    return elements // kind.block_elements * kind.block_bytes


def _padded(size: int, alignment: int) -> int:
    return -(-size // alignment) * alignment
