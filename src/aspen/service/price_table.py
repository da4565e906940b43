"""What cloud models cost: from the cache of the day, else from a task process, since the list is heavy to load."""

from __future__ import annotations

from contextlib import aclosing, suppress
from datetime import UTC

from aspen.cloud.price_list import (
    NO_PRICES,
    PriceList,
    keep_price_list,
    price_list_from_json,
    price_task,
    read_price_list,
)
from aspen.core.errors import AspenError
from aspen.providers.catalogue import shipped_providers
from aspen.workspace import Workspace


async def prices_of(workspace: Workspace) -> PriceList:
    """Return the prices of today; none where they cannot be had, which a ceiling counts as too dear."""
    cache, today = workspace.folders.cache, workspace.clock.now().astimezone(UTC).date().isoformat()
    if (known := read_price_list(cache, today)) is not None:
        return known
    with suppress(AspenError, ValueError):
        async with aclosing(workspace.host.run_task("prices", price_task(shipped_providers()))) as events:
            async for event in events:
                if event.get("event") == "report":
                    price_list = price_list_from_json(event)
                    with suppress(OSError):  # a full disk costs the cache, not the prices
                        keep_price_list(cache, event)
                    return price_list
    return NO_PRICES
