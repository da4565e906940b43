"""A loaded engine may grow by a known amount: a grammar that would take all memory ends that one request."""

from __future__ import annotations

from pathlib import Path

import pytest
from station import Station, user

from aspen.local.engine_client import EngineRefusal

pytestmark = pytest.mark.asyncio(loop_scope="session")

_MOST_GROWTH_BYTES = 1 << 30


def _bound_bytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/limits").read_text("ascii").splitlines()
    (line,) = [line for line in lines if line.startswith("Max data size")]
    return int(line.split()[3])


def _data_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[5]) * 4096


async def test_a_loaded_engine_may_grow_by_one_gibibyte(engine: Station) -> None:
    data_bytes, bound_bytes = _data_bytes(engine.started.pid), _bound_bytes(engine.started.pid)
    assert data_bytes < bound_bytes <= data_bytes + _MOST_GROWTH_BYTES


async def test_a_grammar_that_unrolls_without_end_ends_that_request_alone(engine: Station) -> None:
    schema = {"type": "string", "pattern": "^a{5,2}$"}
    wanted = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": schema}}
    with pytest.raises(EngineRefusal) as caught:
        await engine.payloads(messages=user("Go."), response_format=wanted)
    assert caught.value.status >= 400
    assert await engine.frames(messages=user("Go."))
