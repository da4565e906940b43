"""The rules file as the core sees it: read anew each time, and an error with file and line when it cannot be."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from aspen.core.errors import BadRule
from aspen.core.policy import Policy, Then
from aspen.egress.gate.rules import Rules
from aspen.privacy.rules_content import LARGEST_RULES_BYTES
from aspen.service.rules import policy_of

HOME = Path("/home/jo")


def test_no_file_is_no_rules_and_the_same_as_an_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    missing = policy_of(path, HOME)
    path.touch()
    assert missing == policy_of(path, HOME)
    assert (missing.rules, missing.ceilings) == ((), Policy().ceilings)
    assert missing.version


def test_what_was_written_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\nthen = "deny"\n', "utf-8")
    first = policy_of(path, HOME)
    path.write_text('[[rule]]\nthen = "ask"\n', "utf-8")
    second = policy_of(path, HOME)
    assert [policy.rules[0].then for policy in (first, second)] == [Then.DENY, Then.ASK]
    assert first.version != second.version


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_core_and_gate_name_one_file_by_one_version(tmp_path: Path, line_end: str) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\nthen = "deny"\n', "utf-8", newline=line_end)
    ours, theirs = policy_of(path, HOME), Rules(path, HOME).current()
    assert ours == theirs
    assert ours.version == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_home_folder_is_the_one_that_is_told(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('[[rule]]\nthen = "deny"\npath = "~/cases/**"\n', "utf-8")
    assert policy_of(path, HOME).rules[0].paths == ("/home/jo/cases/**",)
    assert policy_of(path, Path("/home/al")).rules[0].paths == ("/home/al/cases/**",)


def test_a_typo_is_named_with_file_and_line(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text('# mine\n[[rule]]\nthen = "alow"\n', "utf-8")
    with pytest.raises(BadRule) as caught:
        policy_of(path, HOME)
    assert caught.value.sentence.startswith(f"The rules file {path}: Line 3: ")
    assert caught.value.facts["line"] == 3
    path.write_text('# mine\n[[rule]]\nthen = "allow"\n', "utf-8")
    assert policy_of(path, HOME).rules


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadRule, match=r"rules\.toml is not UTF-8"):
        policy_of(path, HOME)
    path.write_bytes(b" " * (LARGEST_RULES_BYTES + 1))
    with pytest.raises(BadRule, match="larger than"):
        policy_of(path, HOME)
    path.unlink()
    path.mkdir()
    with pytest.raises(BadRule, match="cannot be read"):
        policy_of(path, HOME)
