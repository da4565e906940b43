"""What the answers of this computer would have cost elsewhere, at list price: one estimate a month, with its parts.

dollars = (prompt tokens × price of a prompt token + answer tokens × price of an answer token). Electricity is not
measured, and so it is not in it. The page docs/reference/savings.md says what the number is worth.
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterable, Mapping
from datetime import UTC, datetime
from typing import Final

from aspen.channel.framing import Frame
from aspen.cloud.price_list import FREE, PACKAGE, PriceList
from aspen.cloud.prices import ModelPrices
from aspen.core.errors import Misused
from aspen.core.model_card import ModelCard
from aspen.core.provider import Provider
from aspen.providers.catalogue import shipped_providers
from aspen.service.elsewhere import connected_now
from aspen.service.price_table import prices_of
from aspen.store.tally import Answered
from aspen.workspace import Workspace

Json = Mapping[str, object]

_MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])")


_NO_ESTIMATE: Final[Frame] = {
    "cost_microdollars": None,
    "model": None,
    "provider": None,
    "prompt": None,
    "completion": None,
    "listed_on": None,
}


async def savings(workspace: Workspace, arguments: Json) -> AsyncGenerator[Frame]:
    """Estimate one `month` (such as 2026-11, of this computer's clock; by default this one).

    `cost_microdollars` is null where no price is known. Raises Misused.
    """
    since, until = _bounds(workspace, arguments.get("month"))
    store = await workspace.store()
    answered = store.answered_here(since, until)
    price_list = await prices_of(workspace)
    compared = _compared(workspace, price_list)
    yield {
        "result": {
            "schema": 1,
            "month": since.strftime("%Y-%m"),
            "answers": answered.answers,
            "prompt_tokens": answered.prompt_tokens,
            "completion_tokens": answered.completion_tokens,
            **_estimate(answered, compared),
            "package": PACKAGE,
        }
    }


def _estimate(answered: Answered, compared: tuple[Provider, ModelCard, ModelPrices] | None) -> Frame:
    if compared is None:
        return _NO_ESTIMATE
    provider, card, prices = compared
    prompt, completion = prices.prompt.at(0), prices.completion.at(0)
    return {
        "cost_microdollars": round(answered.prompt_tokens * prompt + answered.completion_tokens * completion),
        "model": card.name,
        "provider": provider.title,
        "prompt": prompt,
        "completion": completion,
        "listed_on": prices.listed_on,
    }


def _compared(workspace: Workspace, price_list: PriceList) -> tuple[Provider, ModelCard, ModelPrices] | None:
    """Return who would have answered: the first model with a price of those connected, else of the shipped ones."""
    for provider, card in _models((*connected_now(workspace.folders), *shipped_providers())):
        if provider.prices != FREE and (prices := price_list.of(provider, card.name)) is not None:
            return provider, card, prices
    return None


def _models(providers: Iterable[Provider]) -> Iterable[tuple[Provider, ModelCard]]:
    return ((provider, card) for provider in providers for card in provider.models)


def _bounds(workspace: Workspace, month: object) -> tuple[datetime, datetime]:
    now = workspace.clock.now().astimezone()
    told = now.strftime("%Y-%m") if month is None else month
    found = _MONTH.fullmatch(told) if isinstance(told, str) else None
    if found is None:
        raise Misused("`month` must be a month such as 2026-11.")
    year, number = int(found[1]), int(found[2])
    since = datetime(year, number, 1).astimezone()
    until = datetime(year + number // 12, number % 12 + 1, 1).astimezone()
    return since.astimezone(UTC), until.astimezone(UTC)
