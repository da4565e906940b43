"""The app's server over real HTTP on loopback: who comes in, what they get, and runs that outlive their page."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from typing import Any

import httpx2 as httpx
import pytest

from aspen.core.errors import NotFound, StaysHere
from aspen.server.start_keys import COOKIE
from fakes.app_server import GATE_ORIGIN, AppServer, app_server

Frame = Mapping[str, object]


async def _verbs(verb: str, arguments: Frame) -> AsyncGenerator[Frame]:
    """Answers like the core would: words, progress, errors, a defect, or silence until it is stopped."""
    match arguments.get("how"):
        case "refused":
            raise StaysHere("It stays here.", hint="Ask here.", facts={"reasons": []})
        case "missing":
            raise NotFound("There is none.")
        case "defect":
            raise ZeroDivisionError("the secret words")
        case "waits":
            yield {"event": "text", "text": "Once "}
            await asyncio.Event().wait()
        case "many":
            for number in range(500):
                yield {"event": "text", "text": f"{number} "}
                if number % 100 == 99:
                    await asyncio.sleep(0.05)
        case _:
            yield {"event": "progress", "stage": "loading", "done": 1, "total": 1, "what": ""}
    yield {"result": {"schema": 1, "verb": verb, "arguments": dict(arguments)}}


@pytest.fixture
async def server() -> AsyncGenerator[AppServer]:
    async with app_server(_verbs) as server:
        yield server


async def _events(server: AppServer, run: str, after: int = 0) -> list[tuple[int, dict[str, Any]]]:
    answer = await server.client.get(f"/api/runs/{run}/events", headers={"last-event-id": str(after)})
    assert answer.headers["content-type"].startswith("text/event-stream")
    found: list[tuple[int, dict[str, Any]]] = []
    for block in answer.text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((int(fields["id"]), json.loads(fields["data"])))
    return found


async def _begin(server: AppServer, **arguments: object) -> str:
    answer = await server.client.post("/api/runs", json={"verb": "ask", "arguments": arguments})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["run"])


async def test_without_a_session_nothing_but_health_and_the_way_in_is_served(server: AppServer) -> None:
    for path in ("/", "/api/runs", "/api/runs/x/events", "/assets/x.js"):
        assert (await server.client.get(path)).status_code == 401, path
    assert (await server.client.post("/api/call/models", json={})).status_code == 401
    assert (await server.client.get("/health")).json() == {"is_ready": True}
    page = await server.client.get("/start")
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert (await server.client.get("/favicon.svg")).status_code != 401
    assert (await server.client.get("/start.js")).headers["content-type"].endswith("javascript; charset=utf-8")


async def test_a_start_key_opens_one_session_once(server: AppServer) -> None:
    key = server.keys.issue()
    entered = await server.client.post("/start", json={"key": key})
    cookie = entered.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert (await server.client.get("/api/runs")).status_code == 200
    async with httpx.AsyncClient(base_url=str(server.client.base_url), trust_env=False) as other:
        again = await other.post("/start", json={"key": key})
        assert again.status_code == 400
        assert (await other.get("/api/runs")).status_code == 401


async def test_a_session_can_also_be_a_bearer_token_and_a_made_up_one_is_refused(server: AppServer) -> None:
    session = server.keys.exchange(server.keys.issue())
    allowed = await server.client.get("/api/runs", headers={"authorization": f"Bearer {session}"})
    assert allowed.status_code == 200
    for wrong in ("x", "9999999999.x", "1.", ".", "x.y", f"{session}0"):
        refused = await server.client.get("/api/runs", headers={"authorization": f"Bearer {wrong}"})
        assert refused.status_code == 401, wrong


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "a" * 300])
async def test_another_host_name_is_refused(server: AppServer, host: str) -> None:
    await server.enter()
    assert (await server.client.get("/health", headers={"host": host})).status_code in {400, 421}


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "http://127.0.0.1:1"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
async def test_a_page_of_another_origin_is_refused_even_with_the_cookie(
    server: AppServer, headers: dict[str, str]
) -> None:
    await server.enter()
    assert (await server.client.post("/api/call/models", json={}, headers=headers)).status_code == 403
    assert (await server.client.get("/api/runs", headers=headers)).status_code == 403


async def test_the_gates_page_may_lead_on_to_the_way_in_and_to_nothing_else(server: AppServer) -> None:
    await server.enter()
    led = {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate"}
    assert (await server.client.get("/start", headers=led)).status_code == 200
    for path in ("/", "/api/runs", "/start.js"):
        assert (await server.client.get(path, headers=led)).status_code == 403, path
    fetched = {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"}
    assert (await server.client.get("/start", headers=fetched)).status_code == 403
    assert (await server.client.get("/start", headers={**led, "origin": "http://evil.example"})).status_code == 403


async def test_the_pages_own_origin_is_let_in(server: AppServer) -> None:
    await server.enter()
    headers = {"origin": f"http://127.0.0.1:{server.port}", "sec-fetch-site": "same-origin"}
    assert (await server.client.post("/api/call/models", json={}, headers=headers)).status_code == 200


async def test_no_answer_allows_another_origin_to_read_it(server: AppServer) -> None:
    await server.enter()
    asked = await server.client.options("/api/runs", headers={"origin": "https://evil.example"})
    assert "access-control-allow-origin" not in asked.headers
    assert asked.status_code == 403


async def test_a_body_that_is_not_said_to_be_json_is_refused(server: AppServer) -> None:
    await server.enter()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = await server.client.post("/api/call/models", content=b"{}", headers={"content-type": kind})
        assert answer.status_code == 415, kind


@pytest.mark.parametrize("body", [b"{", b"[]", b"\xff", b"[" * 100_000, b"1"])
async def test_a_body_that_is_no_json_object_is_an_honest_sentence(server: AppServer, body: bytes) -> None:
    await server.enter()
    answer = await server.client.post("/api/call/models", content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "misused")
    assert server.defects == []


async def test_a_body_that_is_too_long_is_refused_by_its_length_and_by_its_bytes(server: AppServer) -> None:
    await server.enter()
    said = {"content-type": "application/json", "content-length": str(1 << 40)}
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    lines = [f"{name}: {value}\r\n" for name, value in {"host": "localhost", **said}.items()]
    writer.write(f"POST /api/call/models HTTP/1.1\r\n{''.join(lines)}\r\n".encode())
    assert (await reader.readline()).startswith(b"HTTP/1.1 413")
    writer.close()

    async def endless() -> AsyncGenerator[bytes]:
        for _ in range(60):
            yield b" " * (1 << 20)

    answer = await server.client.post(
        "/api/call/models", content=endless(), headers={"content-type": "application/json"}
    )
    assert answer.status_code == 400


async def test_headers_without_end_are_cut_off(server: AppServer) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /health HTTP/1.1\r\nhost: localhost\r\nx: " + b"a" * (1 << 20))
    answer = b""
    with suppress(ConnectionResetError):
        answer = await asyncio.wait_for(reader.read(), 10)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400")
    writer.close()
    assert (await server.client.get("/health")).status_code == 200


async def test_the_page_is_told_where_the_gate_shows_its_own(server: AppServer) -> None:
    await server.enter()
    assert (await server.client.get("/api/page")).json()["gate_origin"] == GATE_ORIGIN
    elsewhere = await server.client.get("/api/page", headers={"host": f"localhost:{server.port}"})
    assert elsewhere.json()["gate_origin"] is None


async def test_the_page_may_load_nothing_but_itself_and_frame_nobody_but_the_gate(server: AppServer) -> None:
    policy = (await server.client.get("/start")).headers["content-security-policy"]
    assert policy == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self' http://gate.aspen.localhost:*; frame-src http://gate.aspen.localhost:*; "
        "manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types svelte-trusted-html"
    )


async def test_a_verb_is_called_and_its_result_comes_back(server: AppServer) -> None:
    await server.enter()
    answer = await server.client.post("/api/call/models", json={"name": "ü"})
    assert answer.json() == {"schema": 1, "verb": "models", "arguments": {"name": "ü"}}
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("verb", ["stop", "nothing", "ask/models", "%00"])
async def test_a_verb_that_is_not_the_apps_is_refused(server: AppServer, verb: str) -> None:
    await server.enter()
    assert (await server.client.post(f"/api/call/{verb}", json={})).status_code in {400, 404, 405}
    assert (await server.client.post("/api/runs", json={"verb": verb})).status_code == 400


@pytest.mark.parametrize(("how", "status", "code"), [("refused", 403, "stays_here"), ("missing", 404, "not_found")])
async def test_an_error_keeps_its_sentence_and_has_its_status(
    server: AppServer, how: str, status: int, code: str
) -> None:
    await server.enter()
    answer = await server.client.post("/api/call/models", json={"how": how})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["sentence"]


async def test_a_defect_is_an_answer_that_repeats_nobodys_words(server: AppServer) -> None:
    await server.enter()
    answer = await server.client.post("/api/call/models", json={"how": "defect"})
    assert answer.status_code == 500
    assert "secret" not in answer.text
    run = await _begin(server, how="defect")
    ((_, last),) = await _events(server, run)
    assert last["error"]["code"] == "failed"
    assert "secret" not in json.dumps(last)
    assert [type(error) for error in server.defects] == [ZeroDivisionError, ZeroDivisionError]


async def test_a_run_says_its_events_in_order_and_ends(server: AppServer) -> None:
    await server.enter()
    run = await _begin(server, how="many")
    events = await _events(server, run)
    assert [number for number, _ in events] == list(range(1, len(events) + 1))
    words = "".join(frame["text"] for _, frame in events if frame.get("event") == "text")
    assert words == "".join(f"{number} " for number in range(500))
    assert len(events) <= 20  # gathered: five bursts, not five hundred events
    assert "result" in events[-1][1]


async def test_a_reader_who_was_gone_gets_the_rest_and_nothing_twice(server: AppServer) -> None:
    await server.enter()
    run = await _begin(server, how="many")
    whole = await _events(server, run)
    for after in (0, 1, len(whole) - 1, len(whole), len(whole) + 5):
        assert await _events(server, run, after) == whole[after:]
    assert (await server.client.get(f"/api/runs/{run}/events", headers={"last-event-id": "x"})).status_code == 400


async def test_a_run_goes_on_without_its_page_until_it_is_stopped(server: AppServer) -> None:
    await server.enter()
    run = await _begin(server, how="waits")
    async with server.client.stream("GET", f"/api/runs/{run}/events") as page:
        async for line in page.aiter_lines():
            if line.startswith("data"):
                break
    listed = (await server.client.get("/api/runs")).json()["runs"]
    assert [(each["run"], each["is_over"]) for each in listed] == [(run, False)]
    stopped = await server.client.post(f"/api/runs/{run}/stop", json={})
    assert stopped.json()["is_over"] is True
    assert [frame.get("event") for _, frame in await _events(server, run)] == ["text", "stopped"]
    assert (await server.client.post(f"/api/runs/{run}/stop", json={})).status_code == 200


async def test_two_pages_hear_the_same_run(server: AppServer) -> None:
    await server.enter()
    run = await _begin(server, how="many")
    first, second = await asyncio.gather(_events(server, run), _events(server, run))
    assert first == second


async def test_no_more_runs_than_the_bound_are_under_way(server: AppServer) -> None:
    await server.enter()
    for _ in range(32):
        await _begin(server, how="waits")
    refused = await server.client.post("/api/runs", json={"verb": "ask", "arguments": {"how": "waits"}})
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "rate_limited")


async def test_a_run_that_is_not_known_is_said_to_be_gone(server: AppServer) -> None:
    await server.enter()
    answer = await server.client.get("/api/runs/none/events")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "not_found")
