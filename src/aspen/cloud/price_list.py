"""The table of prices that the price task has made, and the file in the cache that holds it for a day.

Made anew each day, and with each version of the package it comes from: a price may change on a date that is known.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import cast

from aspen.cloud.prices import ModelPrices, Rate
from aspen.core.provider import Provider

SCHEMA = 2
PACKAGE = "genai-prices"
FREE = "free"
"""The price key of a provider that sends no bill."""

_FREE_OF_CHARGE = Rate(steps=((0, 0.0),))
_LARGEST_FILE_BYTES = 4 << 20
_RATES = ("prompt", "completion", "cached", "cache_written")

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices by the provider's price key and the model's name, of one day (ISO date) and one version of the package."""

    listed_on: str
    version: str
    models: Mapping[tuple[str, str], ModelPrices] = field(default_factory=dict[tuple[str, str], ModelPrices])

    def of(self, provider: Provider, model: str) -> ModelPrices | None:
        """Return what a model costs there; None where nobody knows."""
        if provider.prices == FREE:
            return ModelPrices(prompt=_FREE_OF_CHARGE, completion=_FREE_OF_CHARGE, listed_on=self.listed_on)
        return None if provider.prices is None else self.models.get((provider.prices, model))

    def priced(self, provider: Provider) -> Provider:
        """Return the provider with prices on its cards."""
        found = ((card, self.of(provider, card.name)) for card in provider.models)
        cards = (card if prices is None else replace(card, prices=prices.for_card()) for card, prices in found)
        return replace(provider, models=tuple(cards))


NO_PRICES = PriceList(listed_on="", version="")
"""Before the task has run, and where it fails."""


def price_task(providers: Iterable[Provider]) -> dict[str, object]:
    """Return what the price task is told: the models whose prices are wanted, by price key."""
    wanted: dict[str, list[str]] = {}
    for provider in providers:
        if provider.prices is not None and provider.prices != FREE:
            wanted.setdefault(provider.prices, []).extend(card.name for card in provider.models)
    return {"providers": wanted}


def price_list_from_json(told: Json) -> PriceList:
    """Read the event that the price task says.

    Raises ValueError for anything else.
    """
    listed_on, package_version, models = told.get("listed_on"), told.get("version"), told.get("models")
    if told.get("schema") != SCHEMA or not isinstance(listed_on, str) or not isinstance(package_version, str):
        raise ValueError("this is not a price list")
    table: dict[tuple[str, str], ModelPrices] = {}
    for provider, rows in _object(models).items():
        for model, row in _object(rows).items():
            table[provider, model] = _prices(_object(row), listed_on)
    return PriceList(listed_on=listed_on, version=package_version, models=table)


def cache_file(folder: Path) -> Path:
    """Return where the table lies below the cache folder."""
    return folder / "prices.json"


def read_price_list(folder: Path, today: str) -> PriceList | None:
    """Return the table of the cache folder; None where it is not there, not readable, or not of today's package.

    A list of an earlier day is not used: run the task again, and fall back on `NO_PRICES`.
    """
    try:
        with cache_file(folder).open("rb") as file:
            content = file.read(_LARGEST_FILE_BYTES)
        price_list = price_list_from_json(_object(cast("object", json.loads(content))))
    except (OSError, ValueError, RecursionError):
        return None
    is_present = price_list.listed_on == today and price_list.version == installed_version()
    return price_list if is_present else None


def keep_price_list(folder: Path, told: Json) -> None:
    """Write what the task has said to the cache folder, whole or not at all. Raises OSError."""
    path = cache_file(folder)
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft.write_text(json.dumps(dict(told)), "utf-8")
    draft.replace(path)


def installed_version() -> str:
    """Return the version of the package that the prices come from, without loading it."""
    try:
        return version(PACKAGE)
    except PackageNotFoundError:
        return ""


def _prices(row: Json, listed_on: str) -> ModelPrices:
    prompt, completion, cached, cache_written = (_rate(row.get(name)) for name in _RATES)
    if prompt is None or completion is None:
        raise ValueError("a price is missing")
    batch = row.get("batch")
    return ModelPrices(
        prompt=prompt,
        completion=completion,
        listed_on=listed_on,
        cached=cached,
        cache_written=cache_written,
        batch=None if batch is None else _prices({**_object(batch), "batch": None}, listed_on),
    )


def _rate(told: object) -> Rate | None:
    if told is None:
        return None
    steps = tuple(_step(each) for each in cast("list[object]", told)) if isinstance(told, list) else ()
    if not steps or steps[0][0] != 0:
        raise ValueError("a rate has no first step")
    return Rate(steps=steps)


def _step(told: object) -> tuple[int, float]:
    match told:
        case [int() as start, int() | float() as price] if start >= 0 and math.isfinite(price) and price >= 0:
            return start, float(price)
        case _:
            raise ValueError("a step is not a start and a price")


def _object(told: object) -> Json:
    if not isinstance(told, dict):
        raise ValueError("an object is missing")
    return cast("Json", told)
