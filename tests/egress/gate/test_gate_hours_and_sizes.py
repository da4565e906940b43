"""Rules on the hour and the size: the gate asks its own clock, in the user's time zone, and counts the bytes itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from outbounds import hinted, may_leave

from aspen.core.egress import Envelope, Outbound
from aspen.core.errors import StaysHere
from aspen.egress.gate.airplane import Airplane
from aspen.egress.gate.connections import Connections
from aspen.egress.gate.judging import Judging, Passed
from aspen.egress.gate.remembered import Remembered
from aspen.egress.gate.rules import Rules
from aspen.egress.gate.spending import NOTHING_SPENT
from fakes.gate_process import GateHome
from fakes.provider_rows import KEY, plain_provider, provider_at
from fakes.tls_provider import TlsProvider

_NIGHT = '[[rule]]\nthen = "deny"\nbetween = "22:00-06:00"\ndays = ["fri"]\n'
_FRIDAY = datetime(2026, 11, 20, tzinfo=UTC)


def _passed(folder: Path, rules: str, outbound: Outbound, now: datetime = _FRIDAY) -> Passed:
    """Let a gate's judgement pass these words at this moment."""
    file = folder / "rules.toml"
    file.write_text(rules, "utf-8")
    judging = Judging(
        rules=Rules(file, folder),
        connections=Connections(folder, ()),
        airplane=Airplane(folder),
        remembered=Remembered(folder),
        now=lambda: now,
    )
    judging.connections.connect(plain_provider("https://127.0.0.1:1"), None, has_key=True)
    envelope = Envelope(outbound=outbound, policy_version=judging.rules.current().version, nonce="0" * 32)
    return judging.weigh(envelope, NOTHING_SPENT)


@pytest.mark.parametrize(("hours", "stays"), [(21.9, False), (22, True), (29.9, True), (30, False), (46, False)])
def test_the_gate_denies_within_the_hours_by_its_own_clock(tmp_path: Path, hours: float, stays: bool) -> None:
    moment = _FRIDAY + timedelta(hours=hours)
    if not stays:
        assert _passed(tmp_path, _NIGHT, may_leave(), moment).asks == ()
        return
    with pytest.raises(StaysHere, match="Line 1 of your rules"):
        _passed(tmp_path, _NIGHT, may_leave(), moment)


def test_the_gate_counts_the_bytes_that_would_leave(tmp_path: Path) -> None:
    rules = '[[rule]]\nthen = "deny"\nlarger-than = "1 kB"\n'
    assert _passed(tmp_path, rules, may_leave(b"x" * 1000)).asks == ()
    with pytest.raises(StaysHere, match="Line 1 of your rules"):
        _passed(tmp_path, rules, may_leave(b"x" * 1001))


def test_what_may_go_by_day_without_a_question_is_asked_about_by_night(tmp_path: Path) -> None:
    rules = '[[rule]]\nthen = "allow"\nbetween = "09:00-17:00"\n'
    assert _passed(tmp_path, rules, hinted(), _FRIDAY + timedelta(hours=10)).asks == ()
    assert _passed(tmp_path, rules, hinted(), _FRIDAY + timedelta(hours=20)).asks == ("Contains 1 phone number.",)


def test_a_running_gate_asks_first_about_what_is_large(home: GateHome, provider: TlsProvider) -> None:
    home.write_rules('[[rule]]\nthen = "ask"\nlarger-than = 1000\n\n[[rule]]\nthen = "allow"\n')
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave(b"x" * 1001))
            assert "Line 1 of your rules" in core.expect("awaiting_approval")["reasons"][0]
        assert provider.received == []
        with gate.exchange() as core:
            core.send(may_leave(b"x" * 1000))
            core.expect("sent")


@pytest.mark.parametrize(("east_hours", "ends_with"), [(14, "error"), (2, "sent")])
def test_the_hours_are_those_of_the_users_time_zone(
    home: GateHome, provider: TlsProvider, east_hours: int, ends_with: str
) -> None:
    there = datetime.now(UTC) + timedelta(hours=14)
    begin, end = (f"{there + timedelta(minutes=minutes):%H:%M}" for minutes in (-60, 60))
    home.write_rules(f'[[rule]]\nthen = "deny"\nbetween = "{begin}-{end}"\n')
    home.variables = {"TZ": f"XYZ-{east_hours}"}
    with home.started() as gate:
        gate.person.connect(provider_at(provider), KEY)
        with gate.exchange() as core:
            core.send(may_leave())
            core.expect(ends_with)
