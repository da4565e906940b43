"""What could be fetched: the shipped table of models, each with how it would fit this machine. Fetches nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping

from aspen.channel.framing import Frame
from aspen.library import catalogue, starter
from aspen.library.catalogue import CatalogueEntry
from aspen.library.find import Inventory
from aspen.local.fit import DECODE_EFFICIENCY, NotDownloaded, Verdict
from aspen.service.fitting import fit_of, memory_bytes_per_second
from aspen.workspace import Workspace

Json = Mapping[str, object]


async def catalogue_listing(workspace: Workspace, _arguments: Json) -> AsyncGenerator[Frame]:
    """List the models of the shipped table: the best for this machine is marked, and those that are here already."""
    listed = await asyncio.to_thread(_rows, workspace)
    own = {"name": starter.NAME, "size_bytes": starter.GGUF_BYTES}
    yield {"result": {"schema": 1, "checked_on": catalogue.checked_on(), "starter": own, "models": listed}}


def _rows(workspace: Workspace) -> list[Frame]:
    bandwidth = DECODE_EFFICIENCY * memory_bytes_per_second(workspace.hardware().usable_cores)
    suggestion = catalogue.suggest(workspace.ceiling_bytes(), memory_bytes_per_second=bandwidth)
    here = _names_here(workspace.inventory())
    suggested = None if suggestion is None else suggestion.entry
    return [
        {
            **_row(workspace, entry),
            "is_suggested": entry is suggested,
            "is_here": entry.name in here or entry.repository.casefold() in here,
        }
        for entry in catalogue.entries()
    ]


def _row(workspace: Workspace, entry: CatalogueEntry) -> Frame:
    size_bytes = entry.size_bytes + entry.projector_bytes
    fit = fit_of(
        workspace,
        NotDownloaded(
            size_bytes=size_bytes,
            parameters=entry.parameters,
            context_tokens=entry.context_tokens,
            active_parameters=entry.active_parameters,
        ),
    )
    return {
        "name": entry.name,
        "title": entry.title,
        "kind": entry.kind.value,
        "skills": sorted(skill.value for skill in entry.skills),
        "licence": entry.licence,
        "size_bytes": size_bytes,
        "fit": fit.sentence,
        "is_fitting": fit.verdict is not Verdict.DOES_NOT_FIT,
        "words_per_second": None if fit.words_per_second is None else round(fit.words_per_second, 1),
    }


def _names_here(inventory: Inventory) -> frozenset[str]:
    """Every name of every model that is here; one from the hub is known by its repository, whatever its file."""
    names = {each.casefold() for model in inventory.models for each in (model.name, *model.aliases)}
    return frozenset(names | {name.partition(":")[0] for name in names if "/" in name})
