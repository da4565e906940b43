"""From a chosen model to one that can be asked: what fits, what makes room, and what stays as it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.errors import ModelTooLarge
from aspen.core.model_card import ModelFile, Skill
from aspen.local.hardware import Hardware
from aspen.service.preparing import Prepared, prepare
from aspen.settings import Settings, read_folders
from aspen.workspace import Chosen, Workspace
from fakes.gguf_writer import changed, gguf
from fakes.scripted_host import ScriptedHost

_GIB = 1 << 30
_EIGHT_THOUSAND_TOKENS_BYTES = _GIB


class SmallMachine(Workspace):
    """Real in everything but its memory: 3 GiB, less 2 GiB for each engine."""

    def hardware(self) -> Hardware:
        available = 3 * _GIB - 2 * _GIB * len(self.engines.loaded())
        return replace(super().hardware(), memory_available_bytes=max(available, 0), gpus=())


@pytest.fixture
def machine(tmp_path: Path) -> Workspace:
    folders = read_folders({"ASPEN_HOME": str(tmp_path / "aspen")})
    return SmallMachine.build(folders, Settings(), ScriptedHost())


def _model(folder: Path, name: str, **metadata: int) -> Chosen:
    """A model whose cache takes 128 KiB for each token."""
    path = folder / f"{name}.gguf"
    shape = {
        "llama__block_count": 32,
        "llama__context_length": 131_072,
        "llama__embedding_length": 4096,
        "llama__attention__head_count": 32,
        "llama__attention__head_count_kv": 8,
    }
    path.write_bytes(gguf(changed(**{**shape, **metadata})))
    return Chosen(file=ModelFile(name=name, store="file", paths=(path,), size_bytes=path.stat().st_size))


async def _load(machine: Workspace, prepared: Prepared) -> None:
    async for _ in machine.engines.load(prepared.card.name, prepared.spec):
        pass


async def test_an_idle_engine_makes_room_for_another_model(machine: Workspace, tmp_path: Path) -> None:
    await _load(machine, await prepare(machine, _model(tmp_path, "first"), None))
    second = await prepare(machine, _model(tmp_path, "second"), 8192)
    assert machine.engines.loaded() == ()
    assert second.spec.context_tokens == 8192


async def test_an_engine_at_work_is_not_ended_for_another_model(machine: Workspace, tmp_path: Path) -> None:
    first = await prepare(machine, _model(tmp_path, "first"), None)
    await _load(machine, first)
    with machine.engines.lease(first.spec):
        with pytest.raises(ModelTooLarge) as caught:
            await prepare(machine, _model(tmp_path, "second"), 8192)
        assert [engine.name for engine in machine.engines.loaded()] == ["first"]
    assert int(str(caught.value.facts["needed_bytes"])) > _EIGHT_THOUSAND_TOKENS_BYTES


async def test_a_loaded_model_is_asked_again_as_it_is(machine: Workspace, tmp_path: Path) -> None:
    chosen = _model(tmp_path, "first")
    first = await prepare(machine, chosen, None)
    await _load(machine, first)
    assert (await prepare(machine, chosen, None)).spec == first.spec
    assert (await prepare(machine, chosen, first.spec.context_tokens)).spec == first.spec


async def test_another_context_is_another_engine(machine: Workspace, tmp_path: Path) -> None:
    chosen = _model(tmp_path, "first")
    first = await prepare(machine, chosen, 4096)
    await _load(machine, first)
    assert (await prepare(machine, chosen, 2048)).spec.context_tokens == 2048


async def test_a_model_for_vectors_says_so_and_reads_a_text_whole(machine: Workspace, tmp_path: Path) -> None:
    prepared = await prepare(machine, _model(tmp_path, "embedder", llama__pooling_type=1), None)
    assert prepared.card.skills == {Skill.EMBED}
    assert prepared.spec.embeds
    assert prepared.spec.batch_tokens == prepared.spec.context_tokens
