"""llama-server, relied on: nothing that was said is written down, not even where it complains."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from station import asked, station
from test_server_streams import WEATHER

from aspen.core.engine_spec import EngineSpec
from aspen.core.errors import AspenError
from aspen.core.request import JsonSchema, Request

pytestmark = pytest.mark.asyncio(loop_scope="session")

_CANARY = "wombat"


def _told() -> list[Request]:
    """Whatever llama.cpp is known to complain about, with a canary in it."""
    uncompilable = {"type": "object", "properties": {_CANARY: {"type": "string", "minLength": 1_000_000}}}
    unanchored = {"type": "string", "pattern": f"{_CANARY}(?=x)"}
    return [
        asked(f"Say {_CANARY}."),
        asked(f"{_CANARY} " * 3000),
        asked("Go.", output=JsonSchema(schema=uncompilable)),
        asked("Go.", output=JsonSchema(schema=unanchored)),
        asked("Go.", output=JsonSchema(schema={"$ref": f"#/{_CANARY}"})),
    ]


async def test_no_word_of_a_request_reaches_the_log(
    spec: EngineSpec, runtime: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    refused = 0
    async with station(runtime, replace(spec, slots=1)) as engine:
        for request in _told():
            try:
                _ = [event async for event in engine.model.answer(request)]
            except AspenError:
                refused += 1
        await engine.payloads(messages=[{"role": "user", "content": _CANARY}], tools=[{**WEATHER, "x": _CANARY}])
    assert refused == 3
    assert _CANARY not in "".join(capfd.readouterr())
