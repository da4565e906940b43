from __future__ import annotations

from pathlib import Path

import pytest

from aspen.local.gguf_header import GgufHeader, read_header
from aspen.local.quantisation import estimate_prompt_speed, reads_prompts_slowly, repacked_types
from fakes.gguf_writer import TensorEntry, gguf

_AVX2 = frozenset({"avx", "avx2", "fma", "f16c"})
_Q4_0, _Q4_1, _Q5_0, _Q8_0 = 2, 3, 6, 8


def _header(folder: Path, *type_numbers: int, rows: int = 64) -> GgufHeader:
    tensors = [
        TensorEntry(name=f"blk.{place}.ffn_up.weight", shape=(64, rows), type_number=number)
        for place, number in enumerate(type_numbers)
    ]
    path = folder / "model.gguf"
    path.write_bytes(gguf(tensors=tensors))
    return read_header(path)


def test_x86_repacks_other_types_than_arm() -> None:
    assert repacked_types(_AVX2) == {"Q4_0", "Q4_K", "IQ4_NL", "MXFP4"}
    assert repacked_types(_AVX2 | {"avx512f"}) - repacked_types(_AVX2) == {"Q2_K"}
    assert {"Q8_0", "Q5_K", "Q6_K"} <= repacked_types({"neon", "dotprod"})
    assert repacked_types({"avx"}) == frozenset()


def test_a_file_that_is_mostly_q4_1_is_warned_about(tmp_path: Path) -> None:
    warning = reads_prompts_slowly(_header(tmp_path, _Q4_1, _Q4_1, _Q4_0), _AVX2)
    assert warning is not None
    assert "mostly Q4_1" in warning


def test_a_q4_k_m_of_a_narrow_model_that_is_really_q5_0_is_warned_about(tmp_path: Path) -> None:
    warning = reads_prompts_slowly(_header(tmp_path, _Q5_0, _Q5_0, _Q8_0), _AVX2)
    assert warning is not None
    assert "mostly Q5_0" in warning


@pytest.mark.parametrize("types", [(_Q4_0, _Q4_0), (_Q8_0, _Q8_0), (_Q4_0, _Q4_0, _Q4_1)])
def test_a_file_of_fast_types_is_not_warned_about(tmp_path: Path, types: tuple[int, ...]) -> None:
    assert reads_prompts_slowly(_header(tmp_path, *types), _AVX2) is None


def test_where_nothing_is_repacked_no_type_is_worse(tmp_path: Path) -> None:
    assert reads_prompts_slowly(_header(tmp_path, _Q4_1), {"avx"}) is None


def test_the_starter_model_is_warned_about_and_its_speed_is_about_right(starter_model: Path) -> None:
    header = read_header(starter_model)
    assert reads_prompts_slowly(header, _AVX2) is not None
    # Measured with 2 threads: 340 to 430.
    assert 300 < estimate_prompt_speed(header, 2, _AVX2) < 450


def test_prompts_are_read_faster_with_fast_types_and_more_threads(tmp_path: Path) -> None:
    fast = estimate_prompt_speed(_header(tmp_path, _Q4_0), 2, _AVX2)
    assert estimate_prompt_speed(_header(tmp_path, _Q4_1), 2, _AVX2) < fast
    assert estimate_prompt_speed(_header(tmp_path, _Q4_0, rows=63), 2, _AVX2) < fast
    assert estimate_prompt_speed(_header(tmp_path, _Q4_0), 4, _AVX2) == pytest.approx(2 * fast)
    assert estimate_prompt_speed(_header(tmp_path, _Q4_0), 2, {"avx"}) < fast / 4
