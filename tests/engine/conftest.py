"""Real engines with the real starter model: one that most tests share, and others for what that one cannot show."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from station import NARROW_TOKENS, Station, spec_of, station
from templates import THINKS, USES_TOOLS

from aspen.core.engine_spec import EngineSpec


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the engines put their sockets."""
    return tmp_path_factory.mktemp("engines")


@pytest.fixture(scope="session")
def spec(starter_model: Path) -> EngineSpec:
    return spec_of(starter_model)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def engine(runtime: Path, spec: EngineSpec) -> AsyncIterator[Station]:
    """The engine that most tests share."""
    async with station(runtime, spec) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def tool_engine(runtime: Path, spec: EngineSpec) -> AsyncIterator[Station]:
    """An engine whose chat template knows tools; the starter's own does not."""
    async with station(runtime, replace(spec, chat_template=USES_TOOLS)) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def thinking_engine(runtime: Path, spec: EngineSpec) -> AsyncIterator[Station]:
    """An engine whose chat template opens a thought."""
    async with station(runtime, replace(spec, chat_template=THINKS, slots=1, context_tokens=256)) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def embedding_engine(runtime: Path, spec: EngineSpec) -> AsyncIterator[Station]:
    """The starter model as an embedder."""
    async with station(runtime, replace(spec, embeds=True)) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def narrow_engine(runtime: Path, spec: EngineSpec) -> AsyncIterator[Station]:
    """Two slots with so little context that it is soon full."""
    async with station(runtime, replace(spec, slots=2, context_tokens=NARROW_TOKENS - 50)) as started:
        yield started
