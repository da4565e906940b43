from __future__ import annotations

from pathlib import Path

import pytest

from aspen.core.errors import BadModelFile, DoesNotFit, ModelTooLarge
from aspen.local.gguf_header import GgufHeader, read_header
from aspen.local.memory_plan import MemoryBudget, choose_batch, plan_memory
from fakes.gguf_writer import TINY_METADATA, TensorEntry, Value, changed, gguf

_GIB = 1 << 30


def _header(folder: Path, tensors: tuple[TensorEntry, ...] | None = None, **changes: Value | None) -> GgufHeader:
    path = folder / "model.gguf"
    path.write_bytes(gguf(changed(**changes), tensors))
    return read_header(path)


def _large(folder: Path, context: int = 131_072) -> GgufHeader:
    """A model whose cache takes 128 KiB for each token: 1 GiB for 8192."""
    return _header(
        folder,
        llama__block_count=32,
        llama__context_length=context,
        llama__embedding_length=4096,
        llama__attention__head_count=32,
        llama__attention__head_count_kv=8,
    )


def test_the_default_context_is_8192_or_what_the_model_was_trained_for(tmp_path: Path) -> None:
    plenty = MemoryBudget(available_bytes=64 * _GIB)
    assert plan_memory(_large(tmp_path), plenty).context_tokens == 8192
    assert plan_memory(_large(tmp_path, 512), plenty).context_tokens == 512


def test_each_slot_has_a_context_of_its_own(tmp_path: Path) -> None:
    plenty = MemoryBudget(available_bytes=64 * _GIB)
    one, eight = (plan_memory(_large(tmp_path), plenty, slots=slots) for slots in (1, 8))
    assert (one.slots, one.kv_bytes) == (1, _GIB)
    assert (eight.slots, eight.kv_bytes, eight.context_tokens) == (8, 8 * _GIB, one.context_tokens)
    assert one.total_bytes > one.weights_bytes + one.kv_bytes + one.compute_bytes


def test_there_are_fewer_slots_where_their_contexts_would_take_half_of_the_memory(tmp_path: Path) -> None:
    budget = MemoryBudget(available_bytes=8 * _GIB)
    plan = plan_memory(_large(tmp_path), budget, slots=8)
    assert 1 < plan.slots < 8
    assert plan.total_bytes <= budget.usable_bytes / 2
    tight = plan_memory(_large(tmp_path), MemoryBudget(available_bytes=2 * _GIB), slots=8)
    assert (tight.slots, tight.context_tokens) == (1, 8192)


def test_a_default_context_shrinks_to_what_fits_and_says_so(tmp_path: Path) -> None:
    plan = plan_memory(_large(tmp_path), MemoryBudget(available_bytes=_GIB))
    assert 2048 <= plan.context_tokens < 8192
    assert plan.total_bytes <= MemoryBudget(available_bytes=_GIB).usable_bytes
    assert f"{plan.context_tokens} tokens instead of 8192" in plan.notes[0]


def test_a_context_that_was_asked_for_is_never_made_smaller(tmp_path: Path) -> None:
    with pytest.raises(ModelTooLarge) as caught:
        plan_memory(_large(tmp_path), MemoryBudget(available_bytes=_GIB), wanted_context_tokens=8192)
    facts = caught.value.facts
    fitting = facts["fitting_context_tokens"]
    assert isinstance(fitting, int)
    assert f"A context of {fitting} tokens would fit" in caught.value.hint
    plan = plan_memory(_large(tmp_path), MemoryBudget(available_bytes=_GIB), wanted_context_tokens=fitting)
    assert plan.context_tokens == fitting
    with pytest.raises(ModelTooLarge):
        plan_memory(_large(tmp_path), MemoryBudget(available_bytes=_GIB), wanted_context_tokens=fitting + 256)


def test_a_model_that_fits_with_no_context_says_what_it_needs_and_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(ModelTooLarge, match=r"needs 1\.\d GB of memory, and 0\.0 GB can be used") as caught:
        plan_memory(_large(tmp_path), MemoryBudget(available_bytes=200_000_000))
    assert "smaller" in caught.value.hint


def test_a_context_beyond_the_training_is_refused_with_both_numbers(tmp_path: Path) -> None:
    with pytest.raises(DoesNotFit, match=r"trained for 4096 tokens of context, and 5000 were asked for"):
        plan_memory(_header(tmp_path), MemoryBudget(available_bytes=_GIB), wanted_context_tokens=5000)


def test_something_stays_free_for_the_rest_of_the_machine() -> None:
    assert MemoryBudget(available_bytes=_GIB).usable_bytes == _GIB - 256 * (1 << 20)
    assert MemoryBudget(available_bytes=100 * _GIB).usable_bytes == 95 * _GIB
    assert MemoryBudget(available_bytes=100).usable_bytes == 0


@pytest.mark.parametrize(
    ("speed", "batch"), [(None, 128), (5.0, 32), (127.0, 32), (128.0, 64), (370.0, 128), (750.0, 256), (1e6, 512)]
)
def test_a_batch_is_read_within_half_a_second(speed: float | None, batch: int) -> None:
    assert choose_batch(speed) == batch


def test_a_slow_machine_is_told_how_long_a_stop_takes(tmp_path: Path) -> None:
    plenty = MemoryBudget(available_bytes=64 * _GIB)
    assert any("6 seconds" in note for note in plan_memory(_large(tmp_path), plenty, prompt_tokens_per_second=11).notes)


def test_without_a_gpu_build_nothing_is_offloaded(tmp_path: Path) -> None:
    plan = plan_memory(_large(tmp_path), MemoryBudget(available_bytes=64 * _GIB))
    assert (plan.gpu_layers, plan.gpu_bytes) == (0, 0)


def test_the_gpu_gets_the_last_layers_that_its_memory_holds(tmp_path: Path) -> None:
    names = ("blk.0.ffn_up", "blk.1.ffn_up", "blk.2.ffn_up", "blk.3.ffn_up", "output")
    tensors = tuple(TensorEntry(name=f"{name}.weight", shape=(4096, 1024)) for name in names)
    header = _header(tmp_path, tensors, llama__block_count=4)
    none, some, every = (
        plan_memory(header, MemoryBudget(available_bytes=_GIB, gpu_free_bytes=free * (1 << 20)))
        for free in (100, 512 + 60, 4096)
    )
    assert (none.gpu_layers, every.gpu_layers) == (0, 5)
    # 16 MiB each, and a little cache and compute: three of them in 60 MiB.
    assert some.gpu_layers == 3
    assert none.total_bytes > some.total_bytes > every.total_bytes


def test_an_encoder_reads_its_whole_text_in_one_batch_and_keeps_no_cache(tmp_path: Path) -> None:
    bert = {key.replace("llama.", "bert."): content for key, content in TINY_METADATA.items()}
    bert |= {"general.architecture": "bert", "bert.attention.causal": False, "bert.context_length": 512}
    path = tmp_path / "bert.gguf"
    path.write_bytes(gguf(bert))
    plan = plan_memory(read_header(path), MemoryBudget(available_bytes=_GIB))
    assert (plan.batch_tokens, plan.kv_bytes) == (512, 0)


def test_sliding_layers_keep_only_their_window(tmp_path: Path) -> None:
    gemma = {key.replace("llama.", "gemma3."): content for key, content in TINY_METADATA.items()}
    gemma |= {"general.architecture": "gemma3", "gemma3.block_count": 6}
    path = tmp_path / "gemma.gguf"
    budget = MemoryBudget(available_bytes=_GIB)
    path.write_bytes(gguf(gemma))
    full = plan_memory(read_header(path), budget, slots=1).kv_bytes
    path.write_bytes(gguf({**gemma, "gemma3.attention.sliding_window": 512}))
    sliding = plan_memory(read_header(path), budget, slots=1).kv_bytes
    # Five of six layers keep 512 + 128 tokens, rounded up to 768, of 4096.
    assert sliding / full == pytest.approx((1 + 5 * 768 / 4096) / 6)


def test_files_beside_the_model_count(tmp_path: Path) -> None:
    header = _header(tmp_path)
    alone, with_projector = (
        plan_memory(header, MemoryBudget(available_bytes=_GIB, beside_bytes=beside)) for beside in (0, 10_000_000)
    )
    assert with_projector.total_bytes - alone.total_bytes == 10_000_000


def test_an_adapter_cannot_be_planned_as_a_model(tmp_path: Path) -> None:
    with pytest.raises(BadModelFile, match="LoRA adapter"):
        plan_memory(_header(tmp_path, general__type="adapter"), MemoryBudget(available_bytes=_GIB))
