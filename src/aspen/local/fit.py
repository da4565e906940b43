"""Judge whether a model fits this computer and how fast it would speak, before anything is downloaded or loaded."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from aspen.core.errors import ModelTooLarge
from aspen.local.gguf_header import GgufHeader
from aspen.local.hardware import Hardware
from aspen.local.memory_plan import DEFAULT_CONTEXT_TOKENS, LEAST_CONTEXT_TOKENS, MemoryBudget, plan_memory

_SLOTS = 4
_WORDS_PER_TOKEN = 0.75
DECODE_EFFICIENCY = 0.42
"""Decoded bytes of weights for each byte that a copy moves; see `judge_fit`."""

_KV_BYTES_PER_TOKEN = 50_000
"""Times the square root of billions of parameters. Llama 3.2 1B takes 33 kB, Llama 3.1 8B 131 kB, 70B 328 kB; models
without grouped queries (before 2023) take several times as much."""

_BESIDE_BYTES = 200_000_000
"""The process, its vocabulary and its compute buffers."""


class Verdict(StrEnum):
    FITS = "fits"
    FITS_WITH_SMALLER_CONTEXT = "fits_with_smaller_context"
    DOES_NOT_FIT = "does_not_fit"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotDownloaded:
    """What a catalogue tells of a model. `active_parameters` are those of one token, for a mixture of experts."""

    size_bytes: int
    parameters: int
    context_tokens: int | None = None
    active_parameters: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """`words_per_second` is an estimate for the processor; None where the GPU speaks, which was not measured.

    `context_tokens` is what it fits with; 0 where it does not.
    """

    verdict: Verdict
    context_tokens: int
    needed_bytes: int
    words_per_second: float | None
    sentence: str


def judge_fit(
    model: GgufHeader | NotDownloaded,
    hardware: Hardware,
    bandwidth_bytes_per_second: float,
    *,
    wanted_context_tokens: int = DEFAULT_CONTEXT_TOKENS,
    gpu_free_bytes: int | None = None,
) -> Fit:
    """Judge a model against the free memory. `gpu_free_bytes` only where the engine's build can use the GPU.

    Tokens a second = 0.42 × bandwidth ÷ bytes read per token; bandwidth as `measure_bandwidth` gives it (bytes read and
    written by a copy). The factor comes from the starter model (Q4_1, 97 MB per token): 100–127 tokens a second at
    22–28 GB/s, so 0.38–0.55; larger models get closer to the bandwidth, and real speeds tend to be higher. One word is
    three quarters of a token in English.
    """
    budget = MemoryBudget(available_bytes=hardware.memory_available_bytes, gpu_free_bytes=gpu_free_bytes)
    fitting, needed = _fitting_context(model, budget, wanted_context_tokens)
    tokens_per_second = DECODE_EFFICIENCY * bandwidth_bytes_per_second / max(_bytes_per_token(model), 1)
    on_gpu = gpu_free_bytes is not None and needed <= gpu_free_bytes
    verdict = _verdict(fitting, wanted_context_tokens, model)
    return Fit(
        verdict=verdict,
        context_tokens=fitting,
        needed_bytes=needed,
        words_per_second=None if on_gpu else _WORDS_PER_TOKEN * tokens_per_second,
        sentence=_sentence(verdict, fitting, needed, budget),
    )


def _fitting_context(model: GgufHeader | NotDownloaded, budget: MemoryBudget, wanted: int) -> tuple[int, int]:
    """The context that fits, or 0, and the bytes needed for what was wanted."""
    match model:
        case GgufHeader():
            return _planned(model, budget, wanted)
        case NotDownloaded():
            wanted = min(wanted, model.context_tokens or wanted)
            per_token = _KV_BYTES_PER_TOKEN * math.sqrt(model.parameters / 1e9)
            fixed = model.size_bytes + _BESIDE_BYTES
            room = budget.usable_bytes + (budget.gpu_free_bytes or 0)
            tokens = wanted
            while tokens >= min(LEAST_CONTEXT_TOKENS, wanted):
                if fixed + per_token * tokens <= room:
                    return tokens, int(fixed + per_token * wanted)
                tokens //= 2
            return 0, int(fixed + per_token * min(LEAST_CONTEXT_TOKENS, wanted))


def _planned(header: GgufHeader, budget: MemoryBudget, wanted: int) -> tuple[int, int]:
    wanted = min(wanted, header.require_model().context_tokens)
    tokens, needed = wanted, 0
    while tokens >= min(LEAST_CONTEXT_TOKENS, wanted):
        try:
            plan = plan_memory(header, budget, wanted_context_tokens=tokens, slots=_SLOTS)
        except ModelTooLarge as error:
            needed = int(str(error.facts["needed_bytes"]))
            tokens //= 2
        else:
            return tokens, plan.total_bytes + plan.gpu_bytes
    return 0, needed


def _bytes_per_token(model: GgufHeader | NotDownloaded) -> float:
    match model:
        case GgufHeader():
            return model.bytes_read_per_token
        case NotDownloaded(size_bytes=size, parameters=parameters, active_parameters=active):
            return size * active / parameters if active and parameters else size


def _verdict(fitting: int, wanted: int, model: GgufHeader | NotDownloaded) -> Verdict:
    trained = model.require_model().context_tokens if isinstance(model, GgufHeader) else model.context_tokens
    if not fitting:
        return Verdict.DOES_NOT_FIT
    return Verdict.FITS if fitting >= min(wanted, trained or wanted) else Verdict.FITS_WITH_SMALLER_CONTEXT


def _sentence(verdict: Verdict, fitting: int, needed: int, budget: MemoryBudget) -> str:
    match verdict:
        case Verdict.FITS:
            return "fits"
        case Verdict.FITS_WITH_SMALLER_CONTEXT:
            return f"fits with {fitting / 1024:.0f}k context"
        case Verdict.DOES_NOT_FIT:
            free = budget.usable_bytes + (budget.gpu_free_bytes or 0)
            return f"does not fit: needs {needed / 1e9:.1f} GB, {free / 1e9:.1f} GB free"
