"""Airplane mode, ceilings and a ledger that cannot be written: each of them stops what would leave."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from outbounds import may_leave, typed

from aspen.core.errors import AspenError
from aspen.core.provider import Provider
from fakes.certificates import Authority
from fakes.connect_proxy import ConnectProxy
from fakes.gate_process import GateHome, GateRefused, RunningGate
from fakes.processes import becomes
from fakes.provider_rows import KEY, plain_provider, provider_at
from fakes.tls_provider import Ending, Reply, TlsProvider

_CEILINGS = "[ceilings]\nrequest = 0.05\nday = 0.08\n"
_SMALL_DISK = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (%d, resource.RLIM_INFINITY))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def test_in_airplane_mode_nothing_leaves_and_the_refusal_is_recorded(gate: RunningGate, provider: TlsProvider) -> None:
    assert gate.person.call("airplane", on=True)["airplane"] is True
    with gate.exchange() as core:
        assert core.hello["airplane"] is True
        core.send(may_leave())
        assert core.expect("error")["code"] == "airplane_mode"
    assert provider.received == []
    assert _verdicts(gate) == ["refused"]


async def test_a_proxy_of_the_settings_is_the_way_out_and_one_of_the_shell_is_not(tmp_path: Path) -> None:
    async with (
        TlsProvider(Authority(tmp_path / "authority"), names=("provider.test",)) as server,
        ConnectProxy(to_port=server.port) as chosen,
        ConnectProxy(to_port=server.port) as of_the_shell,
    ):
        provider = plain_provider("https://provider.test:8443", ca_file=server.ca_file)
        home = GateHome(
            root=tmp_path,
            variables={
                "ASPEN_CLOUD_PROXY": f"http://127.0.0.1:{chosen.port}",
                "HTTPS_PROXY": f"http://127.0.0.1:{of_the_shell.port}",
            },
        )
        end = await asyncio.to_thread(_one_send, home, provider)

    assert end["event"] == "end"
    assert server.received[0].body == may_leave().body
    assert (chosen.asked, of_the_shell.asked) == ([b"CONNECT provider.test:8443 HTTP/1.1"], [])


def test_a_proxy_that_cannot_be_used_keeps_the_gate_from_starting(home: GateHome) -> None:
    home.folders.config.mkdir(parents=True)
    (home.folders.config / "settings.toml").write_text('cloud_proxy = "socks5://127.0.0.1:1"\n', "utf-8")
    with pytest.raises(GateRefused) as refused, home.started():
        pass
    assert refused.value.error["code"] == "bad_setting"


def _one_send(home: GateHome, provider: Provider) -> dict[str, Any]:
    with home.started() as gate:
        gate.person.connect(provider, KEY)
        with gate.exchange() as core:
            core.send(may_leave())
            return core.answer()[0]


def test_airplane_mode_outlives_the_gate(home: GateHome) -> None:
    with home.started() as gate:
        gate.person.call("airplane", on=True)
    with home.started() as gate:
        assert gate.person.call("airplane")["airplane"] is True
        assert gate.person.call("airplane", on=False)["airplane"] is False
    with home.started() as gate:
        assert gate.person.call("airplane")["airplane"] is False


def test_airplane_mode_ends_what_is_under_way(gate: RunningGate, provider: TlsProvider) -> None:
    provider.answer = lambda _: Reply(pieces=(b"once upon",), ending=Ending.SILENT)
    with gate.exchange() as core:
        core.send(may_leave())
        core.expect("sent")
        core.expect("head")
        gate.person.call("airplane", on=True)
        end, _ = core.answer()
    assert end["code"] == "airplane_mode"
    assert becomes(lambda: len(provider.closed_at) == 1)
    assert becomes(lambda: _verdicts(gate) == ["interrupted", "sent"])


def test_airplane_mode_drops_what_waits_for_a_person(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(typed())
        core.expect("awaiting_approval")
        gate.person.call("airplane", on=True)
        assert core.expect("error")["code"] == "airplane_mode"
    assert provider.received == []


def test_a_request_over_its_ceiling_is_refused_with_the_numbers(home: GateHome, provider: TlsProvider) -> None:
    home.write_rules(_CEILINGS)
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave(cost=50_001))
            error = core.expect("error")
        assert (error["code"], error["facts"]["ceiling"]) == ("over_ceiling", "request")
        assert _verdicts(gate) == ["refused"]
    assert provider.received == []


def test_what_was_spent_counts_against_the_day_and_what_was_settled_counts_as_settled(
    home: GateHome, provider: TlsProvider
) -> None:
    home.write_rules(_CEILINGS)
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave(cost=50_000))
            core.answer()
            core.say({"do": "settle", "cost_microdollars": 30_000})
            assert becomes(lambda: "answered" in _verdicts(gate))
        with gate.exchange() as core:
            core.send(may_leave(cost=50_000))
            core.answer()
        with gate.exchange() as core:
            core.send(may_leave(cost=1))
            error = core.expect("error")
        assert (error["code"], error["facts"]["ceiling"]) == ("over_ceiling", "day")
        assert error["facts"]["reaches_microdollars"] == 80_001
        assert gate.person.call("status")["spent"]["day_microdollars"] == 80_000


def test_with_a_ceiling_what_nobody_can_price_is_asked_about(home: GateHome, provider: TlsProvider) -> None:
    home.write_rules(_CEILINGS)
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave(cost=None))
            assert "costs" in core.expect("awaiting_approval")["reasons"][-1]
    assert provider.received == []


def test_on_a_full_disk_nothing_reaches_the_provider(home: GateHome, provider: TlsProvider) -> None:
    home.python = (sys.executable, "-c", _SMALL_DISK % 120_000)
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave(b"x" * 200_000))
            error = core.expect("error")
    assert error["code"] == "not_recorded"
    assert "Nothing was sent" in error["sentence"]
    assert provider.received == []


def test_a_ledger_that_was_taken_away_stops_everything(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(may_leave())
        core.answer()
    (gate.folders.gate / "ledger.sqlite").unlink()
    with gate.exchange() as core:
        core.send(may_leave())
        assert core.expect("error")["code"] == "not_recorded"
    assert len(provider.received) == 1


def test_a_ledger_that_was_edited_stops_sending_but_not_the_person_who_looks(
    home: GateHome, provider: TlsProvider
) -> None:
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave())
            core.answer()
    (home.folders.gate / "head").unlink()
    with home.started() as gate:
        assert gate.person.call("status")["ledger_problem"]["code"] == "ledger_broken"
        assert gate.person.call("ledger_verify")["is_whole"] is False
        with gate.exchange() as core:
            core.send(may_leave())
            assert core.expect("error")["code"] == "ledger_broken"
        assert len(provider.received) == 1
        assert Path(gate.person.call("ledger_set_aside")["place"]).is_dir()
        with gate.exchange() as core:
            core.send(may_leave())
            assert core.answer()[0]["event"] == "end"
        assert gate.person.call("ledger_verify")["is_whole"] is True


def test_a_rule_with_a_typo_keeps_the_gate_from_starting_and_names_the_line(home: GateHome) -> None:
    home.write_rules('[[rule]]\nthen = "alow"\n')
    with pytest.raises(GateRefused) as caught, home.started():
        pass
    assert (caught.value.error["code"], caught.value.error["facts"]["line"]) == ("bad_rule", 2)
    assert str(home.folders.rules) in caught.value.error["sentence"]


def test_a_typo_that_comes_later_stops_everything_until_it_is_mended(gate: RunningGate, provider: TlsProvider) -> None:
    gate.folders.rules.parent.mkdir(parents=True, exist_ok=True)
    with gate.exchange() as core:
        gate.folders.rules.write_text("oops", "utf-8")
        core.send(may_leave())
        assert core.expect("error")["code"] == "bad_rule"
    gate.folders.rules.unlink()
    with gate.exchange() as core:
        core.send(may_leave())
        assert core.answer()[0]["event"] == "end"
    assert len(provider.received) == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_named(home: GateHome) -> None:
    home.folders.state.mkdir(parents=True)
    home.folders.state.chmod(0o500)
    with pytest.raises(GateRefused) as caught, home.started():
        pass
    home.folders.state.chmod(0o700)
    assert caught.value.error["code"] == "not_writable"


def test_one_body_is_bounded(gate: RunningGate, provider: TlsProvider) -> None:
    with gate.exchange() as core:
        core.send(may_leave(b" " * ((64 << 20) + 1)))
        assert core.expect("error")["code"] == "does_not_fit"
    assert provider.received == []


def test_errors_of_persons_are_errors_of_the_tree(gate: RunningGate) -> None:
    with pytest.raises(AspenError):
        gate.person.call("airplane", on="yes")


def _verdicts(gate: RunningGate) -> list[object]:
    return [entry["verdict"] for entry in gate.person.call("ledger_list")["entries"]]
