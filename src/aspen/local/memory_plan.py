"""Decide before a model is loaded how much context it gets and what goes to the GPU; refuse what cannot fit.

A context that the person asked for is never made smaller; a context by default may be, and the plan's notes say so.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from aspen.core.errors import DoesNotFit, ModelTooLarge
from aspen.local.gguf_header import GgufHeader
from aspen.local.gguf_layers import Layers
from aspen.local.gguf_lookalikes import printable
from aspen.local.kv_cache import cache_bytes, compute_bytes, layer_cache_bytes

DEFAULT_CONTEXT_TOKENS = 8_192
LEAST_CONTEXT_TOKENS = 2_048
BATCH_SECONDS = 0.5
"""The longest that one batch of a prompt should take: a stop is noticed within two of them."""

_LONGEST_STOP_SECONDS = 1.5
_CONTEXT_STEP = 256
_LEAST_BATCH = 32
_MOST_BATCH = 512
_MOST_WHOLE_BATCH = 4_096
_UNKNOWN_SPEED_BATCH = 128
_MEBIBYTE = 1 << 20
_PROCESS_BYTES = 64 * _MEBIBYTE
_VOCABULARY_ENTRY_BYTES = 400
_LEAST_RESERVE_BYTES = 256 * _MEBIBYTE
_RESERVE_SHARE = 0.05
_SHARE_FOR_SLOTS = 0.5
_GPU_RESERVE_BYTES = 512 * _MEBIBYTE


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryBudget:
    """What there is. `gpu_free_bytes` only where the engine's build can use the GPU; None keeps all on the processor.

    `beside_bytes` are files that load with the model: a projector, adapters.
    """

    available_bytes: int
    gpu_free_bytes: int | None = None
    beside_bytes: int = 0

    @property
    def usable_bytes(self) -> int:
        """What a model may take: a twentieth, and at least 256 MiB, stays free so that the machine stays usable."""
        reserve = max(_LEAST_RESERVE_BYTES, int(self.available_bytes * _RESERVE_SHARE))
        return max(self.available_bytes - reserve, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryPlan:
    """How to load a model. `total_bytes` is main memory, `gpu_bytes` the GPU's; the other sizes are of both together.

    `context_tokens` is what each of the `slots` holds. `notes` are sentences for people.
    """

    context_tokens: int
    slots: int
    batch_tokens: int
    gpu_layers: int
    weights_bytes: int
    kv_bytes: int
    compute_bytes: int
    gpu_bytes: int
    total_bytes: int
    notes: tuple[str, ...] = ()


def plan_memory(
    header: GgufHeader,
    budget: MemoryBudget,
    *,
    wanted_context_tokens: int | None = None,
    slots: int = 4,
    prompt_tokens_per_second: float | None = None,
    embeds: bool = False,
) -> MemoryPlan:
    """Plan one model's memory; `prompt_tokens_per_second` chooses the batch (see quantisation.estimate_prompt_speed).

    With `embeds` a text is read in one batch, as an engine that gives vectors must. `slots` is the most: there are
    fewer where their contexts would take more than half of the memory.

    Raises DoesNotFit for a context beyond what the model was trained for, ModelTooLarge for more memory than there is,
    BadModelFile for a file that is no model.
    """
    planner = _Planner(header, budget, prompt_tokens_per_second, embeds=embeds)
    trained = planner.layers.context_tokens
    if wanted_context_tokens is not None and wanted_context_tokens > trained:
        raise DoesNotFit(
            f"{planner.name} was trained for {trained} tokens of context, and {wanted_context_tokens} were asked for.",
            hint=f"Ask for {trained} or fewer.",
            facts={"wanted_context_tokens": wanted_context_tokens, "trained_context_tokens": trained},
        )
    wanted = wanted_context_tokens or min(trained, _MOST_WHOLE_BATCH if embeds else DEFAULT_CONTEXT_TOKENS)
    plan = planner.plan(wanted, slots=1)
    if plan.total_bytes <= budget.usable_bytes:
        return planner.with_more_slots(plan, slots)
    fitting = planner.largest_fitting(wanted)
    if wanted_context_tokens is None and fitting >= min(LEAST_CONTEXT_TOKENS, wanted):
        note = f"The context is {fitting} tokens instead of {wanted}, because the free memory holds no more."
        return planner.plan(fitting, note, slots=1)
    raise _too_large(planner.name, plan, budget, fitting)


def choose_batch(prompt_tokens_per_second: float | None) -> int:
    """Choose the power of two between 32 and 512 whose reading takes no longer than BATCH_SECONDS."""
    if prompt_tokens_per_second is None:
        return _UNKNOWN_SPEED_BATCH
    batch = _MOST_BATCH
    while batch > _LEAST_BATCH and batch > prompt_tokens_per_second * BATCH_SECONDS:
        batch //= 2
    return batch


class _Planner:
    """Counts for one model; only the context and the number of slots vary."""

    def __init__(self, header: GgufHeader, budget: MemoryBudget, speed: float | None, *, embeds: bool) -> None:
        self.name = printable(header.name or header.path.name, 60)
        self.layers: Layers = header.require_model()
        self._header = header
        self._budget = budget
        self._speed = speed
        # An encoder sees the whole text at once, and so does whoever takes the mean over it.
        self._reads_whole = embeds or not self.layers.is_causal
        self._block_bytes, self._output_bytes = _bytes_by_block(header, self.layers.block_count)

    def plan(self, context_tokens: int, *more_notes: str, slots: int) -> MemoryPlan:
        batch = self._batch(context_tokens)
        layers, header = self.layers, self._header
        kv = cache_bytes(layers, context_tokens, slots, batch)
        compute = compute_bytes(header, layers, context_tokens, slots, batch)
        gpu_layers, gpu_bytes = self._offload(context_tokens, slots, batch, compute)
        process = _PROCESS_BYTES + _VOCABULARY_ENTRY_BYTES * header.vocabulary_tokens + self._budget.beside_bytes
        return MemoryPlan(
            context_tokens=context_tokens,
            slots=slots,
            batch_tokens=batch,
            gpu_layers=gpu_layers,
            weights_bytes=header.tensor_bytes,
            kv_bytes=kv,
            compute_bytes=compute,
            gpu_bytes=gpu_bytes,
            total_bytes=max(header.tensor_bytes + kv - gpu_bytes, 0) + compute + process,
            notes=(*more_notes, *self._notes(batch)),
        )

    def with_more_slots(self, plan: MemoryPlan, most: int) -> MemoryPlan:
        """Give the plan as many slots as fit into half of the memory and push no layer off the GPU."""
        for slots in range(most, 1, -1):
            more = self.plan(plan.context_tokens, slots=slots)
            if more.total_bytes <= self._budget.usable_bytes * _SHARE_FOR_SLOTS and more.gpu_layers == plan.gpu_layers:
                return more
        return plan

    def largest_fitting(self, most_tokens: int) -> int:
        """Find the largest context in steps of 256 that fits; 0 where not even one step does."""
        steps = range(_CONTEXT_STEP, most_tokens + 1, _CONTEXT_STEP)
        usable = self._budget.usable_bytes
        first_too_large = bisect.bisect_right(steps, usable, key=lambda tokens: self.plan(tokens, slots=1).total_bytes)
        return first_too_large * _CONTEXT_STEP

    def _batch(self, context_tokens: int) -> int:
        return min(context_tokens, _MOST_WHOLE_BATCH) if self._reads_whole else choose_batch(self._speed)

    def _offload(self, context_tokens: int, slots: int, batch: int, compute: int) -> tuple[int, int]:
        """Choose how many layers the GPU takes, and their bytes. The engine starts with the output, then the last."""
        if self._budget.gpu_free_bytes is None:
            return 0, 0
        room = self._budget.gpu_free_bytes - _GPU_RESERVE_BYTES - compute
        sizes = [self._output_bytes]
        for block in reversed(range(self.layers.block_count)):
            cache = layer_cache_bytes(self.layers, block, context_tokens, slots, batch)
            sizes.append(self._block_bytes[block] + cache)
        taken = count = 0
        for size in sizes:
            if taken + size > room:
                break
            taken, count = taken + size, count + 1
        return count, taken

    def _notes(self, batch: int) -> tuple[str, ...]:
        notes: list[str] = []
        if any(self.layers.keeps_state):
            notes.append("This model keeps a running state; its memory is an estimate.")
        if self.layers.sliding_window_tokens and not any(self.layers.slides):
            notes.append(
                "This model may need less memory than planned: which layers see only recent text is not known."
            )
        if self._speed and not self._reads_whole and 2 * batch > self._speed * _LONGEST_STOP_SECONDS:
            notes.append(f"A stop while a prompt is read can take about {2 * batch / self._speed:.0f} seconds.")
        return tuple(notes)


def _bytes_by_block(header: GgufHeader, block_count: int) -> tuple[list[int], int]:
    """Bytes of weights in each block, and in what comes after the last one."""
    blocks = [0] * block_count
    output = embedding = 0
    for tensor in header.tensors:
        prefix, _, rest = tensor.name.partition(".")
        number = rest.partition(".")[0]
        if prefix == "blk" and number.isdecimal() and int(number) < block_count:
            blocks[int(number)] += tensor.size_bytes
        elif prefix.startswith("output"):
            output += tensor.size_bytes
        elif tensor.name == "token_embd.weight":
            embedding = tensor.size_bytes
    has_output = any(tensor.name == "output.weight" for tensor in header.tensors)
    return blocks, output + (0 if has_output else embedding)


def _too_large(name: str, plan: MemoryPlan, budget: MemoryBudget, fitting: int) -> ModelTooLarge:
    if fitting:
        hint = f"A context of {fitting} tokens would fit; so may a smaller quantisation of this model."
    else:
        hint = "Close other programs, or choose a smaller model or a smaller quantisation of this one."
    return ModelTooLarge(
        f"{name} with {plan.context_tokens} tokens of context needs {plan.total_bytes / 1e9:.1f} GB of memory, "
        f"and {budget.usable_bytes / 1e9:.1f} GB can be used.",
        hint=hint,
        facts={
            "needed_bytes": plan.total_bytes,
            "usable_bytes": budget.usable_bytes,
            "available_bytes": budget.available_bytes,
            "context_tokens": plan.context_tokens,
            "fitting_context_tokens": fitting,
        },
    )
