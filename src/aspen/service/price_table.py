"""What cloud models cost: from the cache of the day, else from a task process, since the list is heavy to load."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from datetime import UTC

from aspen.channel.framing import Frame
from aspen.cloud.price_list import (
    FREE,
    NO_PRICES,
    PACKAGE,
    PriceList,
    keep_price_list,
    price_list_from_json,
    price_task,
    read_price_list,
)
from aspen.cloud.prices import ModelPrices, Rate
from aspen.core.errors import AspenError, Failed
from aspen.providers.catalogue import shipped_providers
from aspen.workspace import Workspace


async def prices(workspace: Workspace, _: Mapping[str, object]) -> AsyncGenerator[Frame]:
    """`aspen cloud prices`: what every model of the catalogue costs, in dollars for a million tokens.

    Raises Failed where the list cannot be had.
    """
    price_list = await prices_of(workspace)
    if price_list is NO_PRICES:
        raise Failed("The price list could not be read.", hint="See what the log says: aspen doctor")
    rows = [
        {"provider": provider.name, "model": card.name, **_row(found)}
        for provider in shipped_providers()
        for card in provider.models
        if provider.prices != FREE and (found := price_list.of(provider, card.name)) is not None
    ]
    source = {"package": PACKAGE, "version": price_list.version, "listed_on": price_list.listed_on}
    yield {"result": {"schema": 1, "models": rows, **source}}


def _row(prices: ModelPrices) -> dict[str, object]:
    """Write each rate as its steps: above so many prompt tokens, so many dollars."""
    return {
        "prompt": _steps(prices.prompt),
        "completion": _steps(prices.completion),
        "cached": _steps(prices.cached),
        "cache_written": _steps(prices.cache_written),
        "batch": None if prices.batch is None else _row(prices.batch),
    }


def _steps(rate: Rate | None) -> list[dict[str, float]] | None:
    if rate is None:
        return None
    return [{"above_prompt_tokens": start, "per_million": price} for start, price in rate.steps]


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
