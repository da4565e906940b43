"""The table of prices: made by a real task from the real package, kept for a day, and never guessed at."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aspen.cloud.price_list import (
    NO_PRICES,
    cache_file,
    installed_version,
    keep_price_list,
    price_list_from_json,
    price_task,
    read_price_list,
)
from aspen.cloud.prices import ModelPrices, Rate
from aspen.providers.catalogue import shipped_providers

TODAY = "2026-11-22"
ROW = {"prompt": [[0, 2], [272000, 4]], "completion": [[0, 10]], "cached": None, "cache_written": [[0, 2.5]]}
TOLD: dict[str, object] = {
    "event": "report",
    "schema": 2,
    "listed_on": TODAY,
    "version": installed_version(),
    "models": {"acme": {"m": ROW}},
}


@pytest.fixture(scope="module")
def told() -> dict[str, object]:
    """What the real task says of the shipped catalogue."""
    task = json.dumps(price_task(shipped_providers())) + "\n"
    command = [sys.executable, "-m", "aspen.cloud.price_task"]
    done = subprocess.run(command, input=task, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def test_the_task_knows_what_the_clouds_charge(told: dict[str, object]) -> None:
    prices = price_list_from_json(told)
    by_name = {provider.name: provider for provider in shipped_providers()}
    for provider, model in (
        ("anthropic", "claude-opus-5-5"),
        ("openai", "gpt-6.1-sol"),
        ("google", "gemini-3.8-flash"),
    ):
        found = prices.of(by_name[provider], model)
        assert found is not None, model
        assert 0 < found.prompt.at(0) < found.completion.at(0)
        assert found.cached is not None
        assert found.cached.at(0) < found.prompt.at(0)


def test_the_task_says_where_its_prices_come_from(told: dict[str, object]) -> None:
    assert told["version"] == installed_version() != ""
    assert told["listed_on"] == datetime.now(UTC).date().isoformat()


def test_most_of_the_catalogue_has_a_price(told: dict[str, object]) -> None:
    prices = price_list_from_json(told)
    found = [prices.of(provider, card.name) for provider in shipped_providers() for card in provider.models]
    assert found.count(None) <= len(found) // 5


def test_steps_are_kept(told: dict[str, object]) -> None:
    openai = next(provider for provider in shipped_providers() if provider.name == "openai")
    prices = price_list_from_json(told).of(openai, "gpt-6.1-sol")
    assert prices is not None
    assert prices.prompt.at(300_000) > prices.prompt.at(1_000)


def test_a_batch_costs_less_where_the_task_knows_a_price_for_it_and_has_no_price_elsewhere(
    told: dict[str, object],
) -> None:
    listed = [prices for prices in price_list_from_json(told).models.values() if prices.batch is not None]
    assert len(listed) >= 10
    for prices in listed:
        assert prices.batch is not None
        assert 0 < prices.batch.prompt.at(0) < prices.prompt.at(0)
        assert 0 < prices.batch.completion.dearest < prices.completion.dearest
        assert prices.batch.batch is None
    assert any(prices.batch is None for prices in price_list_from_json(told).models.values())


def test_a_table_is_read() -> None:
    (prices,) = price_list_from_json(TOLD).models.values()
    assert prices == ModelPrices(
        prompt=Rate(steps=((0, 2.0), (272_000, 4.0))),
        completion=Rate(steps=((0, 10.0),)),
        cache_written=Rate(steps=((0, 2.5),)),
        listed_on=TODAY,
    )


def test_a_price_in_a_batch_is_read() -> None:
    row = {**ROW, "batch": {**ROW, "prompt": [[0, 1]], "completion": [[0, 5]]}}
    (prices,) = price_list_from_json({**TOLD, "models": {"acme": {"m": row}}}).models.values()
    assert prices.batch is not None
    assert (prices.batch.prompt, prices.batch.completion) == (Rate(steps=((0, 1.0),)), Rate(steps=((0, 5.0),)))


def test_prices_stand_on_the_cards() -> None:
    openai = next(provider for provider in shipped_providers() if provider.name == "openai")
    card = replace(openai.models[0], name="m")
    acme = replace(openai, prices="acme", models=(card, replace(card, name="other")))
    priced = price_list_from_json(TOLD).priced(acme)
    assert priced.models[0].prices is not None
    assert priced.models[0].prices.completion_per_million == 10.0
    assert priced.models[1].prices is None


def test_practice_is_free_even_before_any_list_is_there() -> None:
    practice = next(provider for provider in shipped_providers() if provider.name == "practice")
    prices = NO_PRICES.of(practice, "practice")
    assert prices is not None
    assert (prices.prompt.dearest, prices.completion.dearest) == (0.0, 0.0)


def test_a_list_is_kept_for_its_day_and_its_version(tmp_path: Path) -> None:
    assert read_price_list(tmp_path, TODAY) is None
    keep_price_list(tmp_path / "cache", TOLD)
    assert read_price_list(tmp_path / "cache", TODAY) == price_list_from_json(TOLD)
    assert read_price_list(tmp_path / "cache", "2026-11-23") is None
    keep_price_list(tmp_path / "cache", {**TOLD, "version": "0.0.1"})
    assert read_price_list(tmp_path / "cache", TODAY) is None
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [cache_file(tmp_path).name]


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 1},
        {"listed_on": None},
        {"models": []},
        {"models": {"acme": {"m": 5}}},
        {"models": {"acme": {"m": {**ROW, "prompt": None}}}},
        {"models": {"acme": {"m": {**ROW, "prompt": [[5, 1.0]]}}}},
        {"models": {"acme": {"m": {**ROW, "prompt": [[0, -1.0]]}}}},
        {"models": {"acme": {"m": {**ROW, "prompt": [[0, float("inf")]]}}}},
        {"models": {"acme": {"m": {**ROW, "prompt": [[0]]}}}},
        {"models": {"acme": {"m": {**ROW, "batch": 0.5}}}},
        {"models": {"acme": {"m": {**ROW, "batch": {**ROW, "completion": None}}}}},
    ],
)
def test_what_is_no_price_list_is_none(tmp_path: Path, change: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"list|price|rate|step|object"):
        price_list_from_json({**TOLD, **change})
    keep_price_list(tmp_path, {**TOLD, **change})
    assert read_price_list(tmp_path, TODAY) is None


@pytest.mark.parametrize("content", [b"", b"nonsense", b"[]", b"\xff", b"[" * 100_000])
def test_a_broken_file_is_no_list(tmp_path: Path, content: bytes) -> None:
    cache_file(tmp_path).write_bytes(content)
    assert read_price_list(tmp_path, TODAY) is None
