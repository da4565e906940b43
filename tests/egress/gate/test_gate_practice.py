"""The practice provider is sent to like a stranger, at an address that only the launcher knows."""

from __future__ import annotations

from pathlib import Path

from outbounds import may_leave

from fakes.certificates import Authority
from fakes.gate_process import GateHome
from fakes.tls_provider import Reply, TlsProvider


def test_the_practice_provider_needs_no_key_and_is_asked_where_the_launcher_runs_it(
    home: GateHome, tmp_path: Path
) -> None:
    server = TlsProvider(authority=Authority(tmp_path / "authority"), answer=lambda _: Reply(pieces=(b"echo",)))
    with server.in_thread():
        home.practice = (server.port, Path(server.ca_file).read_text("ascii"))
        with home.started() as gate:
            gate.person.call("connect", name="practice")
            with gate.exchange() as core:
                assert core.hello["connected"] == ["practice"]
                core.send(may_leave(provider="practice"))
                sequence = core.expect("sent")["sequence"]
                assert core.answer()[1] == b"echo"
            assert gate.person.call("ledger_show", sequence=sequence)["entry"]["host"] == "127.0.0.1"
    assert [received.target for received in server.received] == ["/v1/chat/completions"]
