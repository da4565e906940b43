"""Which quantisations this engine reads prompts fast with, and what a file's tensor types mean for that.

At load, ggml rearranges (repacks) weights for fast matrix kernels, but only for some types: see
ggml_repack_get_optimal_repack_type in ggml/src/ggml-cpu/repack.cpp. Measured with the pinned wheel (AVX2) and one
135M model, 2 threads, prompt tokens a second: Q4_0 650, Q8_0 450–670, Q5_0 370–490, Q4_1 340–420, Q5_1 280–350.
Decoding differs much less, being bound by memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set as AbstractSet

from aspen.local.gguf_header import GgufHeader
from aspen.local.gguf_tensors import Tensor

_REPACKED: tuple[tuple[str, frozenset[str]], ...] = (
    ("avx2", frozenset({"Q4_0", "Q4_K", "IQ4_NL", "MXFP4"})),
    ("avx512f", frozenset({"Q2_K"})),
    ("dotprod", frozenset({"Q4_0", "Q4_K", "IQ4_NL", "MXFP4", "Q8_0", "Q5_K", "Q6_K"})),
)
_FAST_OTHERWISE = frozenset({"Q8_0", "F16", "BF16", "F32"})
"""Not repacked on x86, but read by other fast kernels."""

_NEVER_REPACKED = frozenset({"Q4_1", "Q5_0", "Q5_1"})
_ROWS_MULTIPLE = 8
_HEAVY_SHARE = 0.5
_FAST_FLOPS_PER_THREAD = 75e9
_SLOW_FLOPS_PER_THREAD = 40e9
_PLAIN_FLOPS_PER_THREAD = 10e9
"""Without AVX2 or dot-product instructions; a guess on the low side."""


def repacked_types(instruction_sets: AbstractSet[str]) -> frozenset[str]:
    """Name the tensor types that are repacked with these instruction sets: the engine build's, not the processor's."""
    return frozenset(name for needed, names in _REPACKED if needed in instruction_sets for name in names)


def reads_prompts_slowly(header: GgufHeader, instruction_sets: AbstractSet[str]) -> str | None:
    """Return a sentence of warning when most of the weights are of types that are never repacked; else None."""
    if not repacked_types(instruction_sets):
        return None
    elements = _matrix_elements(header)
    slow = {name: count for name, count in elements.items() if name in _NEVER_REPACKED}
    if sum(slow.values()) < _HEAVY_SHARE * elements.total() or not slow:
        return None
    most = max(slow, key=slow.__getitem__)
    return (
        f"This file is mostly {most}, with which this engine reads prompts about half as fast as with Q4_0: "
        f"a Q4_0 or Q4_K_M file of the same model starts to answer sooner."
    )


def estimate_prompt_speed(header: GgufHeader, threads: int, instruction_sets: AbstractSet[str]) -> float:
    """Estimate how many prompt tokens a second the processor reads, from 2 operations for each parameter.

    Good to a factor of two on processors of the last ten years; measure where it matters.
    """
    per_thread = _PLAIN_FLOPS_PER_THREAD
    if repacked := repacked_types(instruction_sets):
        elements = _matrix_elements(header)
        fast = sum(count for name, count in elements.items() if name in repacked | _FAST_OTHERWISE)
        share = fast / elements.total() if elements else 1.0
        per_thread = 1 / (share / _FAST_FLOPS_PER_THREAD + (1 - share) / _SLOW_FLOPS_PER_THREAD)
    return threads * per_thread / (2 * max(header.parameters_per_prompt_token, 1))


def _matrix_elements(header: GgufHeader) -> Counter[str]:
    """Elements of the matrices in the blocks, by type; a type that cannot be repacked for its shape counts as such."""
    counted: Counter[str] = Counter()
    for tensor in header.tensors:
        if len(tensor.shape) > 1 and tensor.name.startswith("blk."):
            counted[_effective_type(tensor)] += tensor.elements
    return counted


def _effective_type(tensor: Tensor) -> str:
    repackable = tensor.shape[1] % _ROWS_MULTIPLE == 0 or tensor.type_name in _FAST_OTHERWISE | _NEVER_REPACKED
    return tensor.type_name if repackable else f"{tensor.type_name} in odd rows"
