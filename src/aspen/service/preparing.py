"""From a chosen model to one that can be asked: read its header, plan its memory, decide threads and batch.

Refuses with numbers what does not fit, after unloading idle engines if that makes room.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import ModelTooLarge
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.local.gguf_header import GgufHeader, read_header
from aspen.local.hardware import Hardware
from aspen.local.local_model import LocalModel
from aspen.local.memory_plan import MemoryBudget, MemoryPlan, plan_memory
from aspen.local.quantisation import estimate_prompt_speed
from aspen.local.threads import SPIN_COUNT, decode_threads
from aspen.service.machine import machine_report
from aspen.workspace import Chosen, Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A model that fits, and what should be said about how."""

    card: ModelCard
    spec: EngineSpec
    notes: tuple[str, ...]

    def model(self, workspace: Workspace) -> LocalModel:
        """Return the model to ask; nothing is loaded yet."""
        return LocalModel(
            name=self.card.name,
            spec=self.spec,
            pool=workspace.engines,
            clock=workspace.clock,
            least_level=workspace.settings.least_jail_level,
        )


async def prepare(
    workspace: Workspace, chosen: Chosen, context_tokens: int | None, *, embeds: bool = False
) -> Prepared:
    """Prepare a model for a context of `context_tokens`, else of the default size.

    Raises BadModelFile, DoesNotFit or ModelTooLarge.
    """
    header = await asyncio.to_thread(read_header, chosen.file.path)
    wanted = context_tokens or workspace.settings.context_tokens
    embeds = embeds or header.is_embedder
    if loaded := _loaded_already(workspace, chosen, wanted, embeds=embeds):
        return Prepared(card=_card(chosen, header, loaded), spec=loaded, notes=())
    hardware = workspace.hardware()
    gpu_free_bytes, notes = await _gpu(workspace, hardware)
    plan = await _plan(workspace, chosen, header, wanted, gpu_free_bytes, embeds=embeds)
    spec = _spec(workspace, chosen, header, plan, hardware, embeds=embeds)
    return Prepared(card=_card(chosen, header, spec), spec=spec, notes=(*plan.notes, *notes))


async def _gpu(workspace: Workspace, hardware: Hardware) -> tuple[int | None, tuple[str, ...]]:
    """Free bytes of the GPU that the installed engine can use, and what to install where it cannot use the one here."""
    if not hardware.gpus or workspace.settings.gpu_layers == 0:
        return None, ()
    report = await machine_report(workspace)
    free_bytes = report.get("gpu_free_bytes")
    notes = tuple(str(note) for note in cast("list[object]", report.get("notes") or []))
    return (free_bytes if isinstance(free_bytes, int) else None), notes


def _loaded_already(workspace: Workspace, chosen: Chosen, wanted: int | None, *, embeds: bool) -> EngineSpec | None:
    """Find an engine that holds these weights, or is loading them: a plan made now would see less free memory."""
    template, adapters = _extras(chosen)
    for spec in workspace.engines.specs():
        same = spec.model == chosen.file.paths and spec.embeds == embeds and spec.projector == chosen.file.projector
        same = same and (spec.chat_template, spec.adapters) == (template, adapters)
        if same and wanted in (None, spec.context_tokens):
            return spec
    return None


async def _plan(
    workspace: Workspace,
    chosen: Chosen,
    header: GgufHeader,
    wanted: int | None,
    gpu_free_bytes: int | None,
    *,
    embeds: bool,
) -> MemoryPlan:
    while True:
        hardware = workspace.hardware()
        threads = decode_threads(hardware.usable_cores, workspace.settings.engine_threads)
        try:
            return plan_memory(
                header,
                _budget(chosen, hardware, gpu_free_bytes),
                wanted_context_tokens=wanted,
                slots=workspace.settings.engine_slots,
                prompt_tokens_per_second=estimate_prompt_speed(header, threads, hardware.instruction_sets),
                embeds=embeds,
            )
        except ModelTooLarge:
            if not await workspace.engines.unload_least_recent():
                raise


def _budget(chosen: Chosen, hardware: Hardware, gpu_free_bytes: int | None) -> MemoryBudget:
    _template, adapters = _extras(chosen)
    beside = [path for path, _ in adapters] + ([chosen.file.projector] if chosen.file.projector else [])
    return MemoryBudget(
        available_bytes=hardware.memory_available_bytes,
        gpu_free_bytes=gpu_free_bytes,
        beside_bytes=sum(path.stat().st_size for path in beside),
    )


def _spec(
    workspace: Workspace, chosen: Chosen, header: GgufHeader, plan: MemoryPlan, hardware: Hardware, *, embeds: bool
) -> EngineSpec:
    template, adapters = _extras(chosen)
    return EngineSpec(
        model=header.parts,
        context_tokens=plan.context_tokens,
        slots=plan.slots,
        batch_tokens=plan.batch_tokens,
        threads=decode_threads(hardware.usable_cores, workspace.settings.engine_threads),
        spin_count=SPIN_COUNT,
        gpu_layers=plan.gpu_layers if workspace.settings.gpu_layers is None else workspace.settings.gpu_layers,
        embeds=embeds,
        projector=chosen.file.projector,
        adapters=adapters,
        chat_template=template,
    )


def _extras(chosen: Chosen) -> tuple[str | None, tuple[tuple[Path, float], ...]]:
    """What an assistant adds to the weights: a chat template of its own, and adapters."""
    if chosen.assistant is None:
        return None, ()
    return chosen.assistant.template, tuple((adapter.path, adapter.scale) for adapter in chosen.assistant.adapters)


def _card(chosen: Chosen, header: GgufHeader, spec: EngineSpec) -> ModelCard:
    skills = {Skill.EMBED} if spec.embeds else {Skill.CHAT, Skill.SCHEMA}
    # A template that never names the tools leaves them out of the prompt without a word.
    if "tools" in (spec.chat_template or header.chat_template or ""):
        skills.add(Skill.TOOLS)
    if chosen.file.projector is not None:
        skills.add(Skill.VISION)
    return ModelCard(
        name=chosen.name,
        zone=Zone.MACHINE,
        dialect="openai_chat",
        context_tokens=spec.context_tokens,
        skills=frozenset(skills),
        source=chosen.file.store,
    )
