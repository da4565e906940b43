"""llama-server, relied on: which doors it opens, and to whom."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from station import CHAT, Station, user

from aspen.core.isolation import JailLevel
from aspen.local.engine_client import EngineClient, EngineRefusal

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _with_key(engine: Station, api_key: str) -> EngineClient:
    return EngineClient(connect=engine.client.connect, api_key=api_key)


async def test_a_name_that_ends_in_sock_is_a_unix_socket(engine: Station) -> None:
    folder = engine.host.running[engine.started.engine_id].folder
    assert (folder / "e.sock").is_socket()
    assert [path.name for path in folder.iterdir()] == ["e.sock"]


async def test_no_internet_socket_is_opened(engine: Station) -> None:
    if engine.started.report.level is not JailLevel.L3:
        pytest.skip("without a namespace of its own the kernel's table is the whole machine's")
    net = Path(f"/proc/{engine.started.pid}/net")
    tables = {name: (net / name).read_text("ascii").splitlines()[1:] for name in ("tcp", "tcp6", "udp", "udp6")}
    assert tables == {"tcp": [], "tcp6": [], "udp": [], "udp6": []}
    assert re.search(r"\be\.sock$", (net / "unix").read_text("ascii"), re.MULTILINE)


@pytest.mark.parametrize("path", ["/slots", "/v1/models", "/props"])
async def test_without_the_key_nothing_is_told(engine: Station, path: str) -> None:
    with pytest.raises(EngineRefusal) as caught:
        await _with_key(engine, "wrong").get(path)
    assert (caught.value.status, caught.value.body["type"]) == (401, "authentication_error")


async def test_without_the_key_nothing_is_answered(engine: Station) -> None:
    with pytest.raises(EngineRefusal) as caught:
        await _with_key(engine, "wrong").post(CHAT, {"messages": user("Hello")})
    assert (caught.value.status, caught.value.body["type"]) == (401, "authentication_error")


async def test_health_alone_is_told_without_the_key(engine: Station) -> None:
    assert await _with_key(engine, "wrong").get("/health") == {"status": "ok"}


@pytest.mark.parametrize(("path", "kind"), [("/metrics", "not_supported_error"), ("/", "not_found_error")])
async def test_what_was_not_asked_for_is_not_there(engine: Station, path: str, kind: str) -> None:
    with pytest.raises(EngineRefusal) as caught:
        await engine.client.get(path)
    assert caught.value.body["type"] == kind


@pytest.mark.parametrize("path", ["/props", "/slots/0?action=save", "/slots/0?action=erase"])
async def test_settings_and_slots_cannot_be_changed_over_http(engine: Station, path: str) -> None:
    with pytest.raises(EngineRefusal) as caught:
        await engine.client.post(path, {"filename": "x"})
    assert caught.value.body["type"] in {"not_supported_error", "invalid_request_error"}


async def test_the_shape_of_the_slots(engine: Station) -> None:
    slots = await engine.slots()
    assert [slot["id"] for slot in slots] == [0, 1, 2, 3]
    assert {slot["n_ctx"] for slot in slots} == {2048}
    assert {slot["is_processing"] for slot in slots} == {False}
