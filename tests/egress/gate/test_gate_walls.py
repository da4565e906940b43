"""The gate is kept from the store and the user's files by the kernel, and says so where the kernel cannot."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from gate_walls import NO_WALLS
from outbounds import may_leave

from aspen.egress.gate.environment import kept_variables
from aspen.jail.landlock import kernel_abi
from fakes.gate_process import GateHome, GateRefused
from fakes.processes import status_of
from fakes.provider_rows import KEY, provider_at
from fakes.tls_provider import TlsProvider

_WITHOUT_LANDLOCK = """
import errno, os, sys
from aspen.jail.restrictions import forbid_new_privileges
from aspen.jail.seccomp import Refusal, refuse
forbid_new_privileges()
assert refuse([Refusal("landlock_create_ruleset", error=errno.ENOSYS)]) == 0
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


@pytest.mark.skipif(kernel_abi() == 0, reason="this kernel has no Landlock")
def test_from_inside_neither_the_store_nor_a_file_of_the_user_can_be_read(home: GateHome) -> None:
    private = [home.root / "home" / ".bashrc", home.root / "home" / ".ssh" / "id_ed25519", home.folders.store]
    for path in private:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("private", "utf-8")
    with home.started() as gate:
        proof = gate.person.call("prove")
    probes = {probe["name"]: probe["blocked"] for probe in proof["probes"]}
    assert {f"read {path}" for path in (private[0], private[1].parent, private[2])} <= probes.keys()
    assert {name for name, blocked in probes.items() if not blocked} == set()
    assert proof["confinement"]["sentence"] == "Kept from your files and from the store"
    assert not any(Path(open_).is_relative_to(home.root / "home") for open_ in proof["confinement"]["readable"])


def test_the_kernel_says_that_nothing_can_be_gained_and_nothing_dumped(home: GateHome) -> None:
    with home.started() as gate:
        status = status_of(gate.process.pid)
        assert (status["NoNewPrivs"], status["CapEff"].strip("0")) == ("1", "")
        assert (gate.confinement["core_dumps_error"], gate.confinement["dumpable_error"]) == (0, 0)


def test_without_landlock_the_gate_works_and_says_what_is_missing(home: GateHome, provider: TlsProvider) -> None:
    home.python = (sys.executable, "-c", _WITHOUT_LANDLOCK)
    with home.started() as gate:
        assert gate.confinement["landlock_abi"] == 0
        assert "no Landlock" in gate.person.call("status")["confinement"]["sentence"]
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave())
            assert core.answer()[0]["event"] == "end"


def test_a_python_that_lies_around_the_users_files_is_named() -> None:
    walls = replace(NO_WALLS, landlock_abi=7, readable=("/home/ada",), left_open=("/home/ada",))
    assert "but not from those beneath /home/ada" in walls.sentence


def test_everything_that_the_gate_keeps_is_private(home: GateHome, provider: TlsProvider) -> None:
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        kept = [home.folders.gate, *home.folders.gate.rglob("*"), home.folders.spool]
        assert [path for path in kept if path.stat().st_mode & 0o077] == []


def test_keys_and_proxies_of_the_shell_never_reach_the_gate(home: GateHome, provider: TlsProvider) -> None:
    shell = {
        "OPENAI_API_KEY": "sk-1",
        "https_proxy": "http://127.0.0.1:9",
        "ALL_PROXY": "http://127.0.0.1:9",
        "SSL_CERT_FILE": "/nonexistent",
        "SSLKEYLOGFILE": str(home.root / "secrets"),
        "NETRC": "/nonexistent",
    }
    assert kept_variables({**shell, "HOME": "/home/ada"}) == {"HOME": "/home/ada"}
    home.variables = shell
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave())
            assert core.answer()[0]["event"] == "end"
    assert not (home.root / "secrets").exists()


def test_a_second_gate_in_the_same_folders_records_nothing_and_sends_nothing(
    home: GateHome, provider: TlsProvider
) -> None:
    other = GateHome(root=home.root / "other", variables={"ASPEN_HOME": str(home.root / "aspen")})
    with home.started() as gate, other.started() as second:
        gate.person.connect(provider_at(provider), KEY)
        with second.exchange() as core:
            core.send(may_leave())
            assert core.expect("error")["code"] in {"not_found", "not_recorded"}
    assert provider.received == []


def test_a_list_of_providers_that_is_damaged_keeps_the_gate_from_starting(home: GateHome) -> None:
    home.folders.gate.mkdir(parents=True)
    (home.folders.gate / "connections.json").write_text("{", "utf-8")
    with pytest.raises(GateRefused) as caught, home.started():
        pass
    assert caught.value.error["code"] == "bad_setting"


def test_names_and_the_systems_certificates_can_be_looked_up_behind_the_walls(
    home: GateHome, provider: TlsProvider
) -> None:
    by_name = replace(provider_at(provider), base_url=f"https://localhost:{provider.port}")
    with home.started() as gate:
        gate.person.connect(by_name, KEY)
        gate.person.connect(replace(by_name, name="stranger", ca_file=None), KEY)
        with gate.exchange() as core:
            core.send(may_leave())
            assert core.answer()[0]["event"] == "end"
        with gate.exchange() as core:
            core.send(may_leave(provider="stranger"))
            error, _ = core.answer()
    assert (error["code"], error["facts"]["stage"]) == ("unreachable", "tls")
    assert len(provider.received) == 1
