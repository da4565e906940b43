"""Rules are read back in words, and tried on what the ledger says has happened, by the judgement that counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import BadRule, Misused
from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity, label_to_json
from aspen.privacy.rules_file import read_rules
from aspen.service.rule_trials import check_rules, try_entry, try_rules
from aspen.settings import Settings, read_folders
from aspen.workspace import Workspace
from fakes.connected_home import connected_home
from fakes.scripted_host import ScriptedHost

_PRIVATE = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)


def _entry(**told: object) -> dict[str, object]:
    """An entry of words that left on a Wednesday at noon, by what the rules said."""
    return {
        "sequence": 7,
        "verdict": "sent",
        "approval": "rule",
        "label": label_to_json(PUBLIC),
        "zone": "cloud",
        "provider": "acme",
        "model": "acme-large",
        "purpose": "chat",
        "project": "fair",
        "paths": ["/home/ada/fair/a.txt"],
        "cost_microdollars": 5000,
        "body_bytes": 30_000,
        "happened_at": None,
        "recorded_at": "2026-11-18T12:00:00",  # without a zone: the computer's own
        **told,
    }


def _tried(rules: str, entry: Mapping[str, object]) -> tuple[str, str]:
    trial = try_entry(entry, read_rules(rules, "/home/ada"))
    assert trial is not None
    return trial.was.value, trial.now.value


@pytest.mark.parametrize(
    ("rules", "now"),
    [
        ("", "cleared"),
        ("[[rule]]\nthen = 'deny'\nto = 'acme'", "denied"),
        ("[[rule]]\nthen = 'deny'\nto = 'other'", "cleared"),
        ("[[rule]]\nthen = 'ask'\nmodel = 'acme-large'\nproject = 'fair'", "asked"),
        ("[[rule]]\nthen = 'ask'\npath = '~/fair'", "asked"),
        ("[[rule]]\nthen = 'ask'\nlarger-than = '30 kB'", "cleared"),
        ("[[rule]]\nthen = 'ask'\nlarger-than = 29999", "asked"),
        ("[[rule]]\nthen = 'ask'\nbetween = '11:00-12:01'\ndays = 'wed'", "asked"),
        ("[[rule]]\nthen = 'ask'\nbetween = '11:00-12:00'", "cleared"),
        ("[[rule]]\nthen = 'ask'\ncosts-over = 0.004", "asked"),
        ("[ceilings]\nrequest = 0.004", "denied"),
        ("[ceilings]\nrequest = 0.005", "cleared"),
    ],
)
def test_an_entry_is_judged_by_everything_that_it_holds(rules: str, now: str) -> None:
    assert _tried(rules, _entry()) == ("cleared", now)


def test_what_a_person_was_asked_about_is_asked_about_again_unless_a_rule_allows_it() -> None:
    allow = "[[rule]]\nthen = 'allow'"
    for label in (PUBLIC, UNSET):
        entry = _entry(approval="person", label=label_to_json(label), paths=[])
        assert _tried("", entry) == ("asked", "asked")
        assert _tried(allow, entry) == ("asked", "cleared")
    assert _tried("", _entry(verdict="declined")) == ("asked", "asked")


def test_no_rule_would_have_let_leave_what_stays_here() -> None:
    allow = "[[rule]]\nthen = 'allow'"
    for label in (_PRIVATE, UNSET):
        assert _tried(allow, _entry(verdict="refused", approval="", label=label_to_json(label))) == ("denied", "denied")
    assert _tried("", _entry(verdict="refused", approval="")) == ("denied", "cleared")


def test_a_price_that_nobody_knows_is_asked_about_once_there_is_a_ceiling() -> None:
    assert _tried("[ceilings]\nday = 5", _entry(cost_microdollars=None)) == ("cleared", "asked")


@pytest.mark.parametrize("verdict", ["answered", "failed", "interrupted", "blocked", "fetched", "noted"])
def test_what_is_no_try_to_send_is_passed_over(verdict: str) -> None:
    assert try_entry(_entry(verdict=verdict), read_rules("")) is None


@pytest.mark.parametrize("broken", [{}, {"verdict": "x"}, [], 5, _entry(body_bytes="many"), _entry(zone="moon")])
def test_what_is_no_entry_is_said_to_be_none(broken: object) -> None:
    with pytest.raises(Misused, match="no entry"):
        try_entry(broken, read_rules(""))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folders = read_folders({"ASPEN_HOME": str(tmp_path / "aspen")})
    for folder in (folders.data, folders.config):
        folder.mkdir(parents=True)
    folders.rules.write_text("[[rule]]\nthen = 'ask'\n", "utf-8")
    return Workspace.build(folders, Settings(), ScriptedHost())


async def test_the_present_rules_are_tried_unless_others_are_handed_over(workspace: Workspace) -> None:
    async def now(**arguments: object) -> Any:
        (frame,) = [frame async for frame in try_rules(workspace, {"entries": [_entry()], **arguments})]
        result: Any = frame["result"]
        return [trial["now"] for trial in result["trials"]]

    assert await now() == ["asked"]
    assert await now(rules="") == ["cleared"]


async def test_a_mistake_names_the_file_and_the_line(workspace: Workspace) -> None:
    with pytest.raises(BadRule, match=r"The rules file new\.toml: Line 2: 'forbid' is no outcome") as caught:
        async for _ in check_rules(workspace, {"rules": "[[rule]]\nthen = 'forbid'", "path": "new.toml"}):
            pass
    assert caught.value.facts == {"line": 2}


def test_a_person_checks_rules_and_tries_them_on_the_real_ledger(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        at.send("Hello")
        at.send("Hello " * 300)
        rules = tmp_path / "new.toml"
        rules.write_text('[[rule]]\nthen = "deny"\nlarger-than = "1 kB"\n', "utf-8")
        checked = at.home.aspen("rules", "check", "new.toml")
        assert (checked.code, "Never send: larger than 1,000 bytes." in checked.out) == (0, True)
        tried = at.home.aspen("rules", "try", "new.toml")
        assert tried.code == 0, tried.err
        first, *rows = tried.out.splitlines()
        assert first.startswith("0 of 2 sends would be asked about first, 1 denied, ")
        assert len(rows) == 2
        assert "stays here" in rows[1]
        told = at.home.aspen("rules", "try", "new.toml", "--json").told
        assert told["counts"] == {"cleared_cleared": 1, "cleared_denied": 1}
        assert "no rules" in at.home.aspen("rules", "check").out
        rules.write_text("[ceilings]\nrequest = 0.004\nday = 1200\n", "utf-8")
        ceilings = at.home.aspen("rules", "check", "new.toml").out.splitlines()[1:]
        assert ceilings == ["At most $0.004 a request.", "At most $1,200.00 a day."]
        sent = len(at.provider.received)
        rules.write_text('[[rule]]\nthen = "deny"\nlarger-then = "1 kB"\n', "utf-8")
        for verb in ("check", "try"):
            broken = at.home.aspen("rules", verb, "new.toml")
            assert broken.code == 1
            assert "new.toml: Line 3: 'larger-then' is no key of a rule. Did you mean 'larger-than'?" in broken.err
        assert at.home.aspen("rules", "check", "gone.toml").code == 3
        assert len(at.provider.received) == sent
