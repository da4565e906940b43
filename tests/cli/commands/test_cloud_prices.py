"""`aspen cloud prices`: the real price list, read by the real service, and nobody asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from fakes.service_home import ServiceHome


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceHome]:
    with ServiceHome(tmp_path_factory.mktemp("home")) as home:
        yield home


def _dearest(rate: list[Mapping[str, float]]) -> float:
    return max(step["per_million"] for step in rate)


def test_what_the_clouds_charge_is_shown_with_its_date_and_the_price_in_a_batch(home: ServiceHome) -> None:
    shown = home.aspen("cloud", "prices")
    assert shown.code == 0
    header, *rows = shown.out.splitlines()
    assert header.split("  ")[0] == "MODEL"
    assert header.split()[-4:] == ["BATCH", "READ", "BATCH", "WRITE"]
    assert any(row.startswith("claude-opus-5-5 ") for row in rows)
    assert "genai-prices" in shown.err
    assert "as of 20" in shown.err
    assert "practice" not in shown.out


def test_one_model_is_shown_with_every_step_in_json(home: ServiceHome) -> None:
    told = home.aspen("cloud", "prices", "gpt-6.1-sol", "--json").told
    (row,) = told["models"]
    assert (row["provider"], row["model"]) == ("openai", "gpt-6.1-sol")
    assert len(row["prompt"]) == 2
    batch: dict[str, Any] = row["batch"]
    assert _dearest(batch["completion"]) < _dearest(row["completion"])


def test_a_model_without_a_price_is_named(home: ServiceHome) -> None:
    refused = home.aspen("cloud", "prices", "gpt-none", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (3, "not_found")
    assert "gpt-none" in refused.told["error"]["sentence"]
