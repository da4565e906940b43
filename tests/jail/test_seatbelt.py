from __future__ import annotations

import re
from pathlib import Path

import pytest

from aspen.jail.seatbelt import engine_profile

MODEL = Path("/Users/ada/models/small.gguf")
FOLDER = Path("/private/tmp/engine-1")
PROFILE = engine_profile((MODEL,), FOLDER).splitlines()


@pytest.mark.parametrize(
    "operation",
    ["network*", "file-write*", "file-read-data", "process-exec*", "process-fork", "mach-lookup", "ipc-posix*"],
)
def test_what_is_denied_is_denied_before_anything_is_allowed_again(operation: str) -> None:
    denied = PROFILE.index(f"(deny {operation})")
    allowed = [at for at, rule in enumerate(PROFILE) if rule.startswith("(allow ") and rule != "(allow default)"]
    assert denied < min(allowed)


def test_only_the_model_and_the_system_can_be_read() -> None:
    rules = [rule for rule in PROFILE if rule.startswith("(allow file-read-data")]
    paths = re.findall(r'"([^"]+)"', " ".join(rules))
    assert [path for path in paths if not path.startswith(("/System/", "/usr/", "/private/var/db/", "/dev/"))] == [
        str(MODEL)
    ]


def test_the_only_network_is_a_unix_listener_in_its_folder() -> None:
    rules = [rule for rule in PROFILE if "network" in rule and rule.startswith("(allow")]
    assert rules == [f'(allow network-bind network-inbound (local unix-socket (subpath "{FOLDER}")))']


def test_nothing_is_allowed_to_start_a_program() -> None:
    assert not [rule for rule in PROFILE if rule.startswith("(allow process")]


def test_a_file_name_cannot_add_a_rule() -> None:
    sly = Path('/models/a") (subpath "/") (literal "b\\')
    rule = next(line for line in engine_profile((sly,), FOLDER).splitlines() if "/models/" in line)
    assert rule == '(allow file-read-data (literal "/models/a\\") (subpath \\"/\\") (literal \\"b\\\\"))'


def test_parentheses_are_balanced() -> None:
    assert all(rule.count("(") == rule.count(")") for rule in PROFILE)


def test_a_relative_path_is_refused() -> None:
    with pytest.raises(ValueError, match="absolute"):
        engine_profile((Path("small.gguf"),), FOLDER)
