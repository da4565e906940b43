"""After the first answer of the starter model, once: offer a model that fits this machine better."""

from __future__ import annotations

import asyncio

from aspen.channel.framing import Frame
from aspen.library import catalogue
from aspen.library.find import is_starter
from aspen.local.fit import DECODE_EFFICIENCY
from aspen.service.fitting import memory_bytes_per_second
from aspen.workspace import Chosen, Workspace


async def after_answer(workspace: Workspace, chosen: Chosen) -> Frame | None:
    """Return the offer, or None when it was made before, or when something better than the starter has answered."""
    mark = workspace.folders.data / "starter-offer-made"
    if not is_starter(chosen.file) or mark.exists():
        return None
    hardware = workspace.hardware()
    bandwidth = await asyncio.to_thread(memory_bytes_per_second, hardware.usable_cores)
    suggestion = catalogue.suggest(workspace.ceiling_bytes(), memory_bytes_per_second=DECODE_EFFICIENCY * bandwidth)
    mark.touch(mode=0o600)
    if suggestion is None:
        return None
    return {
        "name": suggestion.entry.title,
        "reference": suggestion.entry.name,
        "size_bytes": suggestion.entry.size_bytes,
        "words_per_second": suggestion.words_per_second,
    }
