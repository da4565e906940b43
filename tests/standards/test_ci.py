"""The two scripts that check everything can be run, and take their commands from where people read them."""

from __future__ import annotations

import os
import subprocess

import pytest

from standards.repository import ROOT

SCRIPTS = ("check", ".ci/run")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_can_be_run_and_its_shell_understands_it(name: str) -> None:
    assert os.access(ROOT / name, os.X_OK)
    done = subprocess.run(["bash", "-n", ROOT / name], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_script_ends_at_the_first_thing_that_goes_wrong(name: str) -> None:
    assert (ROOT / name).read_text("utf-8").splitlines().count("set -euo pipefail") == 1


def test_a_check_that_does_not_exist_is_named() -> None:
    done = subprocess.run([ROOT / "check", "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "There is no check named nonsense" in done.stderr


def test_ci_takes_both_lines_out_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text("utf-8")
    assert "$(readme_line '.venv/bin/aspen ask')" in script
    assert "$(readme_line '.venv/bin/pytest')" in script
    assert "pip install ." not in script
