"""What a GGUF file's name tells."""

from __future__ import annotations

import pytest

from aspen.library.gguf_names import base_of, group_files, is_projector, read_quant
from aspen.library.listing import SeenFile


@pytest.mark.parametrize(
    ("name", "quant"),
    [
        ("Llama-3.2-1B-Instruct-Q4_K_M.gguf", "Q4_K_M"),
        ("SmolLM2-135M-Instruct.Q4_1.gguf", "Q4_1"),
        ("qwen2.5-coder-1.5b-instruct-q4_k_m.gguf", "Q4_K_M"),
        ("Qwen3-30B-UD-Q4_K_XL.gguf", "UD-Q4_K_XL"),
        ("big-IQ3_XXS-00001-of-00003.gguf", "IQ3_XXS"),
        ("phi-4-IQ4_NL.gguf", "IQ4_NL"),
        ("model-fp16.gguf", "F16"),
        ("model.BF16.gguf", "BF16"),
        ("gpt-oss-20b-MXFP4.gguf", "MXFP4"),
        ("model_Q6_K.gguf", "Q6_K"),
        ("model-Q4_0_4_8.gguf", "Q4_0_4_8"),
        ("Q8_0/from-f16-Q8_0.gguf", "Q8_0"),
        ("model-7b.gguf", None),
        ("IQ-test.gguf", None),
        ("xQ4_0.gguf", None),
    ],
)
def test_the_quantisation_is_read_from_the_name(name: str, quant: str | None) -> None:
    assert read_quant(name) == quant


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("mmproj-gemma-f16.gguf", True),
        ("gemma-mmproj.gguf", True),
        ("sub/mmproj-x.gguf", True),
        ("mmprojector-x.gguf", False),
        ("model.gguf", False),
    ],
)
def test_a_projector_is_known_by_its_name(name: str, answer: bool) -> None:
    assert is_projector(name) is answer


def test_a_model_and_its_projector_have_one_base() -> None:
    assert base_of("mmproj-Gemma-3-4b-it-f16.gguf") == base_of("gemma-3-4b-it-Q4_K_M-00001-of-00002.gguf")


def test_adapters_importance_matrices_and_bare_vocabularies_are_no_models() -> None:
    names = ("style-lora-f16.gguf", "imatrix.gguf", "ggml-vocab-llama.gguf", "x.imatrix.gguf", "adapter.gguf")

    assert group_files(SeenFile(name=name, size_bytes=100) for name in names).weights == ()


@pytest.mark.parametrize("name", ["x-00000-of-00000.gguf", "x-00001-of-99999.gguf"])
def test_an_absurd_count_of_parts_is_no_split_at_all(name: str) -> None:
    grouped = group_files([SeenFile(name=name, size_bytes=100)])

    assert [weights.parts for weights in grouped.weights] == [(name,)]
    assert grouped.incomplete == ()
