"""`python -m aspen.cloud.price_task`: looks up what models cost in the package genai-prices, offline.

A process of its own, because that package takes a quarter of a second and tens of megabytes to load and brings an HTTP
client with it. Nothing of the package that updates prices over the network is started, and this process ends at once.
Told `{"providers": {price key: [model, …]}}` on one line; says one JSON event.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from genai_prices.data_snapshot import get_snapshot

from aspen.cloud.price_list import SCHEMA, installed_version

_IN_A_BATCH = {"processing": "batch"}
"""Where the package knows no such price, it gives the plain one: that model is not cheaper in a batch."""

_RATES = {
    "prompt": "input_mtok",
    "completion": "output_mtok",
    "cached": "cache_read_mtok",
    "cache_written": "cache_write_mtok",
}


def main() -> int:
    told: object = json.loads(sys.stdin.readline() or "{}")
    wanted = cast("Mapping[str, list[str]]", cast("Mapping[str, object]", told).get("providers") or {})
    now = datetime.now(UTC)
    report = {
        "event": "report",
        "schema": SCHEMA,
        "version": installed_version(),
        "listed_on": now.date().isoformat(),
        "models": {provider: _prices_of(provider, models, now) for provider, models in wanted.items()},
    }
    sys.stdout.write(json.dumps(report) + "\n")
    return 0


def _prices_of(provider: str, models: Iterable[str], now: datetime) -> dict[str, object]:
    """Return the prices of the models that are listed and billed by the token."""
    found: dict[str, object] = {}
    for model in models:
        try:
            _, listed = get_snapshot().find_provider_model(model, None, provider, None)
        except LookupError:
            continue
        row = _rates(listed.get_prices(now))
        if not row["prompt"] or not row["completion"]:
            continue
        batch = _rates(listed.get_prices(now, _IN_A_BATCH))
        found[model] = row if batch == row else {**row, "batch": batch}
    return found


def _rates(prices: Any) -> dict[str, list[list[float]] | None]:
    """Write every rate. The package makes its price fields at run time: a checker cannot see them."""
    return {name: _steps(getattr(prices, field, None)) for name, field in _RATES.items()}


def _steps(price: Any) -> list[list[float]] | None:
    """Write a price as its steps: a plain one has one."""
    if price is None:
        return None
    if not hasattr(price, "tiers"):
        return [[0, float(price)]]
    return [[0, float(price.base)], *([tier.start, float(tier.price)] for tier in price.tiers)]


if __name__ == "__main__":
    sys.exit(main())
