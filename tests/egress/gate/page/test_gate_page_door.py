"""Who may read at the gate's pages and who may decide: over real HTTP, at a real gate."""

from __future__ import annotations

import json
import socket

import httpx2 as httpx
import pytest
from outbounds import typed

from aspen.channel.address import GATE_PAGE_SOCKET_NAME
from aspen.core.errors import Misused
from fakes.gate_page import APP, OWN, GatePage, open_page
from fakes.gate_process import CoreEnd, GateHome, RunningGate
from fakes.provider_rows import KEY
from fakes.tls_provider import TlsProvider

FOREIGN = "https://evil.example"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; "
    f"form-action 'none'; frame-ancestors {APP}; require-trusted-types-for 'script'; trusted-types 'none'"
)


def _deciding(waiting: dict[str, str]) -> dict[str, dict[str, object]]:
    """What each deciding path is told; the app may do none of it."""
    return {
        "/api/approve": {"nonce": waiting["nonce"], "body_sha256": waiting["body_sha256"]},
        "/api/decline": {"nonce": waiting["nonce"]},
        "/api/airplane": {"on": False},
        "/api/forget": {"sequence": 1},
        "/api/connect": {"name": "anthropic", "key": "sk-ant-0123456789", "file_is_allowed": True},
        "/api/disconnect": {"name": "acme"},
    }


def _waiting(core: CoreEnd) -> dict[str, str]:
    core.send(typed())
    return core.expect("awaiting_approval")


@pytest.mark.parametrize(
    ("origin", "site"),
    [(APP, None), (None, None), (FOREIGN, None), ("null", None), (OWN, "same-site"), (OWN, "cross-site"), ("", None)],
)
def test_no_deciding_path_hears_anybody_but_the_gates_own_page(
    origin: str | None, site: str | None, gate: RunningGate, page: GatePage, provider: TlsProvider
) -> None:
    said = {} if site is None else {"sec_fetch_site": site}
    with gate.exchange() as core:
        for path, told in _deciding(_waiting(core)).items():
            answer = page.posts(path, told, origin=origin, **said)
            assert answer.status_code == 403, path
        assert len(gate.person.call("pending")["pending"]) == 1
    assert [each["name"] for each in gate.person.call("providers")["providers"]] == ["acme"]
    assert provider.received == []


@pytest.mark.parametrize("cookie", ["", "aspen_gate=", "aspen_gate=forged", "aspen_app=forged"])
def test_without_its_cookie_even_the_own_origin_decides_and_reads_nothing(
    cookie: str, gate: RunningGate, page: GatePage
) -> None:
    page.cookie = cookie
    with gate.exchange() as core:
        for path, told in _deciding(_waiting(core)).items():
            assert page.posts(path, told).status_code == 401, path
        assert page.gets("/api/pending").status_code == 401
        assert page.gets("/preview/" + "0" * 32).status_code == 401
        assert len(gate.person.call("pending")["pending"]) == 1


def test_a_start_key_opens_one_session_and_no_second_one(gate: RunningGate) -> None:
    opened = gate.person.call("open_page", app_origin=APP)
    with GatePage(opened["origin"]) as page, GatePage(opened["origin"]) as other:
        first = page.start(opened["key"])
        assert first.headers["set-cookie"].partition(";")[2] == " Path=/; Max-Age=2592000; HttpOnly; SameSite=Strict"
        assert first.json() == {"schema": 1, "app_origin": APP}
        assert other.start(opened["key"]).status_code == 400
        assert other.start("guessed").status_code == 400
        assert "set-cookie" not in other.start("").headers


@pytest.mark.parametrize("origin", [APP, None, FOREIGN])
def test_a_start_key_is_taken_from_the_gates_own_page_alone_and_stays_good(
    origin: str | None, gate: RunningGate
) -> None:
    opened = gate.person.call("open_page", app_origin=APP)
    with GatePage(opened["origin"]) as page:
        assert page.start(opened["key"], origin=origin).status_code == 403
        assert page.start(opened["key"]).status_code == 200


def test_the_apps_page_reads_across_origins_and_nobody_elses_does(page: GatePage) -> None:
    answer = page.gets("/api/state", origin=APP, sec_fetch_site="same-site")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == APP
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["vary"] == "Origin"
    for origin in (FOREIGN, "http://127.0.0.1:4124", "null", APP + "0"):
        refused = page.gets("/api/state", origin=origin)
        assert refused.status_code == 403
        assert "access-control-allow-origin" not in refused.headers
        assert refused.headers["vary"] == "Origin"


def test_a_request_that_hides_its_origin_but_not_its_site_reads_nothing(page: GatePage) -> None:
    for site in ("same-site", "cross-site"):
        assert page.gets("/api/pending", sec_fetch_site=site).status_code == 403


def test_the_app_may_close_the_gate_and_only_the_gates_page_opens_it(gate: RunningGate, page: GatePage) -> None:
    assert page.posts("/api/airplane", {"on": True}, origin=APP).json()["airplane"] is True
    assert page.posts("/api/airplane", {"on": False}, origin=APP).status_code == 403
    assert page.posts("/api/airplane", {}, origin=APP).status_code == 403
    assert gate.person.call("status")["airplane"] is True
    assert page.posts("/api/airplane", {"on": False}).json()["airplane"] is False


def test_a_browser_may_ask_beforehand_for_the_app_and_for_nobody_else(page: GatePage) -> None:
    for origin, status in ((APP, 204), (FOREIGN, 403)):
        asked = {"origin": origin, "access-control-request-method": "POST"}
        answer = page.client.options(f"{page.origin}/api/airplane", headers=asked)
        assert answer.status_code == status
        assert answer.headers.get("access-control-allow-origin") == (APP if status == 204 else None)
    asked = {"origin": APP, "access-control-request-method": "POST"}
    assert page.client.options(f"{page.origin}/api/approve", headers=asked).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "aspen.localhost:{port}", ""])
def test_a_name_that_was_made_to_lead_here_is_not_answered(host: str, page: GatePage) -> None:
    port = page.origin.rpartition(":")[2]
    for path in ("/start", "/page.css", "/api/pending"):
        answer = page.gets(path, host=host.format(port=port))
        assert answer.status_code in {400, 421}, path


def test_a_form_cannot_say_that_it_is_json(page: GatePage) -> None:
    headers = {"origin": page.origin, "cookie": page.cookie, "content-type": "text/plain"}
    for path in ("/api/decline", "/start"):
        assert page.client.post(f"{page.origin}{path}", content=b"{}", headers=headers).status_code == 415


def test_a_browser_cannot_give_what_a_terminal_can(page: GatePage) -> None:
    row = {"name": "other", "base_url": "https://evil.example"}
    for path, told in (
        ("/api/connect", {"name": "other", "key": "sk-0123456789", "row": row}),
        ("/api/decline", {"nonce": "0" * 32, "nobody_was_asked": True}),
        ("/api/forget", {"sequence": 1, "more": 1}),
        ("/api/stop", {}),
        ("/api/open_page", {"app_origin": FOREIGN}),
    ):
        assert page.posts(path, told).status_code in {400, 404}, path


def test_an_app_is_on_this_computer(gate: RunningGate) -> None:
    for origin in (FOREIGN, "http://127.0.0.1:4123/", "http://127.0.0.1.evil.example:80", "http://[::1]:80", "*"):
        with pytest.raises(Misused, match="no origin"):
            gate.person.call("open_page", app_origin=origin)


def test_the_framed_page_carries_exactly_these_headers(page: GatePage) -> None:
    answer = page.gets("/preview/" + "0" * 32)
    assert answer.status_code == 200
    assert [(name, value) for name, value in answer.headers.items() if name != "content-length"] == [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            POLICY,
        ),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("origin-agent-cluster", "?1"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), usb=(), serial=(), payment=()"),
    ]


def test_what_needs_no_session_may_be_framed_by_nobody(page: GatePage) -> None:
    page.cookie = ""
    for path in ("/start", "/preview/" + "0" * 32, "/connect/anthropic", "/page.css"):
        assert "frame-ancestors 'none'" in page.gets(path).headers["content-security-policy"], path


def test_every_file_that_a_page_names_is_served(page: GatePage) -> None:
    for path in ("/start", "/preview/" + "0" * 32, "/airplane"):
        text = page.gets(path).text
        named = [part.partition('"')[0] for part in text.replace('href="', 'src="').split('src="')[1:]]
        assert len(named) >= 3
        assert [name for name in named if page.gets(name).status_code != 200] == []
        assert "style=" not in text
        assert "<script>" not in text


def test_a_key_is_in_no_answer(gate: RunningGate, page: GatePage) -> None:
    with gate.exchange() as core:
        waiting = _waiting(core)
        paths = ("/api/state", "/api/pending", "/api/provider/acme", f"/api/preview/{waiting['nonce']}", "/api/ledger")
        answers = [page.gets(path) for path in paths]
        answers.append(page.posts("/api/connect", {"name": "anthropic", "key": KEY + "x", "file_is_allowed": True}))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert [answer.url for answer in answers if KEY in answer.text] == []
    assert ["authorization", f"Bearer ****{KEY[-4:]}"] in answers[3].json()["headers"]


def test_a_session_outlives_the_gate_and_lies_on_the_disk_as_a_hash(home: GateHome) -> None:
    with home.started() as gate, open_page(gate) as page:
        cookie = page.cookie
        kept = (gate.folders.gate / "page-sessions.json").read_text("utf-8")
        assert cookie.partition("=")[2] not in kept
    with home.started() as gate, open_page(gate, "http://127.0.0.1:5000") as page:
        page.cookie = cookie
        assert page.reads("/api/session", origin=APP)["app_origin"] == APP


def test_the_window_reaches_the_pages_on_their_unix_socket(gate: RunningGate) -> None:
    opened = gate.person.call("open_page", app_origin="http://aspen.localhost", way="window")
    assert opened["origin"] == "http://gate.aspen.localhost:81"
    wire = httpx.HTTPTransport(uds=str(gate.person.folder / GATE_PAGE_SOCKET_NAME))
    with GatePage(opened["origin"], client=httpx.Client(transport=wire)) as page:
        assert page.start(opened["key"]).status_code == 200
        assert page.reads("/api/state")["airplane"] is False
        assert page.gets("/api/state", host="aspen.localhost").status_code == 421


def test_what_is_too_long_or_no_http_is_answered_and_ended(page: GatePage) -> None:
    told = page.posts("/api/decline", {"nonce": "0" * (64 << 10)})
    assert told.status_code == 413
    host, _, port = page.origin.removeprefix("http://").partition(":")
    for sent in (b"GET / HTTP/1.1\r\nhost: x\r\nlong: " + b"x" * (32 << 10), b"\x16\x03\x01 hello\r\n\r\n"):
        with socket.create_connection((host, int(port)), 10) as connection:
            connection.sendall(sent)
            assert connection.recv(1 << 16).startswith(b"HTTP/1.1 400 ")
    assert page.reads("/api/pending")["pending"] == []


def test_one_connection_answers_many_requests(page: GatePage) -> None:
    host, _, port = page.origin.removeprefix("http://").partition(":")
    asking = f"GET /api/session HTTP/1.1\r\nhost: {host}:{port}\r\ncookie: {page.cookie}\r\n\r\n".encode()
    with socket.create_connection((host, int(port)), 10) as connection, connection.makefile("rb") as lines:
        for _ in range(3):
            connection.sendall(asking)
            head = b"".join(iter(lines.readline, b"\r\n")).decode().lower()
            length = int(head.partition("content-length: ")[2].split()[0])
            assert json.loads(lines.read(length))["app_origin"] == APP
