"""Where prices come from: the cache of the day, else one task, else nowhere, which is said and never guessed."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from pathlib import Path

import pytest

from aspen.cloud.price_list import NO_PRICES, SCHEMA, cache_file, installed_version
from aspen.core.errors import AspenError, Failed
from aspen.service.price_table import prices, prices_of
from aspen.settings import Settings, read_folders
from aspen.workspace import SystemClock, Workspace
from fakes.scripted_host import ScriptedHost


def _today() -> str:
    return SystemClock().now().astimezone(UTC).date().isoformat()


def _report() -> dict[str, object]:
    row = {"prompt": [[0, 1.0]], "completion": [[0, 2.0]], "cached": None, "cache_written": None}
    return {
        "event": "report",
        "schema": SCHEMA,
        "listed_on": _today(),
        "version": installed_version(),
        "models": {"acme": {"large": row}},
    }


@dataclass(slots=True, kw_only=True)
class PricingHost(ScriptedHost):
    """Says what a price task would; `failure` ends it instead."""

    says: tuple[dict[str, object], ...] = ()
    breaks: AspenError | None = None
    asked: list[str] = field(default_factory=list[str])

    async def run_task(self, kind: str, task: Mapping[str, object]) -> AsyncGenerator[dict[str, object]]:
        assert task["providers"]
        self.asked.append(kind)
        for event in self.says:
            yield event
        if self.breaks is not None:
            raise self.breaks


def _workspace(tmp_path: Path, host: PricingHost) -> Workspace:
    return Workspace.build(read_folders({"ASPEN_HOME": str(tmp_path)}), Settings(), host)


async def test_the_task_is_asked_once_a_day_and_the_cache_after_that(tmp_path: Path) -> None:
    host = PricingHost(says=({"event": "log"}, _report()))
    workspace = _workspace(tmp_path, host)
    first, second = [await prices_of(workspace) for _ in range(2)]
    assert first == second
    assert first.models["acme", "large"].listed_on == _today()
    assert host.asked == ["prices"]


@pytest.mark.parametrize("changed", [{"listed_on": "2020-01-01"}, {"version": "0.0.1"}, {"schema": 9}], ids=str)
async def test_a_cache_of_another_day_or_version_is_not_used(tmp_path: Path, changed: dict[str, object]) -> None:
    host = PricingHost(says=(_report(),))
    workspace = _workspace(tmp_path, host)
    file = cache_file(workspace.folders.cache)
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({**_report(), **changed}), "utf-8")
    await prices_of(workspace)
    assert host.asked == ["prices"]
    assert json.loads(file.read_text("utf-8"))["listed_on"] == _today()


@pytest.mark.parametrize(
    ("says", "breaks"),
    [
        ((), Failed("It ended.")),
        ((), None),
        (({"event": "report", "schema": 1},), None),
        (({"event": "report", "schema": 1, "listed_on": "x", "version": "y", "models": {"a": {"b": 7}}},), None),
    ],
    ids=["it fails", "it says nothing", "half a report", "a report of nonsense"],
)
async def test_a_task_that_fails_leaves_no_prices_and_no_error(
    tmp_path: Path, says: tuple[dict[str, object], ...], breaks: AspenError | None
) -> None:
    assert await prices_of(_workspace(tmp_path, PricingHost(says=says, breaks=breaks))) == NO_PRICES


async def test_a_cache_that_cannot_be_written_costs_the_cache_alone(tmp_path: Path) -> None:
    host = PricingHost(says=(_report(),))
    workspace = _workspace(tmp_path, host)
    workspace.folders.cache.parent.mkdir(parents=True, exist_ok=True)
    workspace.folders.cache.write_text("a file in the folder's place", "utf-8")
    assert (await prices_of(workspace)).models


async def test_no_prices_are_an_error_to_whoever_asks_for_prices(tmp_path: Path) -> None:
    workspace = _workspace(tmp_path, PricingHost(breaks=Failed("no")))
    with pytest.raises(Failed, match="price list could not be read"):
        [frame async for frame in prices(workspace, {})]
