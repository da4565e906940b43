from __future__ import annotations

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aspen.core.errors import BadModelFile
from aspen.local.gguf_header import read_header
from fakes.gguf_writer import gguf

_WHOLE = gguf()
_HEADER_BYTES = 850

_change = st.tuples(
    st.integers(0, _HEADER_BYTES),
    st.one_of(
        st.binary(min_size=1, max_size=8),
        st.sampled_from([b"\xff" * 8, b"\0" * 8, b"\xff\xff\xff\x7f", b"\0\0\0\x80", b"\x09\0\0\0", b"\x08\0\0\0"]),
    ),
)


@pytest.fixture(scope="module")
def mutant_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mutants") / "mutant.gguf"


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(_change, min_size=1, max_size=4), cut=st.integers(0, 3000))
def test_a_mutated_header_is_read_or_refused_quickly_and_nothing_else(
    mutant_path: Path, changes: list[tuple[int, bytes]], cut: int
) -> None:
    content = bytearray(_WHOLE)
    for position, replacement in changes:
        content[position : position + len(replacement)] = replacement
    mutant_path.write_bytes(content[: len(content) - cut] if cut % 3 == 0 else content)
    began = time.process_time()
    try:
        header = read_header(mutant_path)
    except BadModelFile as error:
        assert error.sentence.isprintable()
    else:
        assert header.tensor_bytes <= header.size_bytes
    assert time.process_time() - began < 1.0


def test_refusing_a_hostile_file_takes_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "hostile.gguf"
    # A sparse file of 4 GB gives room to every count in it.
    path.write_bytes(gguf(counts=(100_000, 16_000)))
    with path.open("r+b") as file:
        file.truncate(4 << 30)
    tracemalloc.start()
    try:
        with pytest.raises(BadModelFile):
            read_header(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 32 << 20
