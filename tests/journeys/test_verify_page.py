"""The sceptic's page, run as it stands: every command that needs no root says what it says there."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from fakes.service_home import ServiceHome
from fakes.system_calls import can_trace
from standards.repository import ROOT

PAGE = ROOT / "docs" / "verify.md"
LEDGER = ROOT / "docs" / "reference" / "ledger.md"
_BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)
_BETWEEN = "=== next ==="
_ALWAYS_NEEDED = ("bash", "ps", "pgrep", "python3", "cmp", "awk")
_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One block of commands, and what is printed below it, if anything is."""

    commands: str
    shown: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        first = self.commands.partition("\n")[0]
        return tuple(first.partition("needs ")[2].split(", ")) if first.startswith("# ") and "needs" in first else ()

    @property
    def is_for_root(self) -> bool:
        return self.commands.startswith("# as root")


def sections() -> Iterator[tuple[str, list[Step]]]:
    """Yield each section of the page with its steps, which share a shell."""
    for section in PAGE.read_text("utf-8").split("\n## ")[1:]:
        steps: list[Step] = []
        for language, content in _BLOCK.findall(section):
            if language == "sh":
                steps.append(Step(commands=content))
            elif steps and not steps[-1].shown:
                steps[-1] = replace(steps[-1], shown=content)
        yield section.partition("\n")[0], steps


SECTIONS = {title: steps for title, steps in sections() if any(not step.is_for_root for step in steps)}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> Iterator[ServiceHome]:
    """A home with a command `aspen`, and the page's script for the ledger."""
    with ServiceHome(tmp_path_factory.mktemp("home")) as home:
        home.put_on_shelf(starter_model)
        command = home.root / "bin" / "aspen"
        command.parent.mkdir()
        command.write_text(f'#!/bin/sh\nexec {sys.executable} -P -m aspen "$@"\n', "utf-8")
        command.chmod(0o755)
        home.environment["PATH"] = f"{command.parent}:{home.environment['PATH']}"
        (script,) = (content for language, content in _BLOCK.findall(LEDGER.read_text("utf-8")) if language == "python")
        (home.root / "check.py").write_text(script, "utf-8")
        yield home


def missing(steps: list[Step]) -> list[str]:
    """What these steps need and is not here."""
    tools = (*_ALWAYS_NEEDED, *(tool for step in steps for tool in step.needs))
    absent = [tool for tool in tools if shutil.which(tool) is None]
    if any("strace" in step.needs for step in steps) and not can_trace():
        absent.append("the right to trace")
    if (
        any("unshare" in step.needs for step in steps)
        and subprocess.run(["unshare", "-rn", "true"], check=False).returncode
    ):
        absent.append("namespaces for users")
    return absent


def as_pattern(shown: str) -> re.Pattern[str]:
    """`…` stands for anything."""
    return re.compile(".*".join(map(re.escape, shown.strip().split("…"))))


@pytest.mark.parametrize("title", SECTIONS)
def test_the_commands_of_a_section_print_what_the_page_says(home: ServiceHome, title: str) -> None:
    steps = [step for step in SECTIONS[title] if not step.is_for_root]
    if absent := missing(steps):
        pytest.skip(f"not here: {', '.join(absent)}")
    script = f"\necho '{_BETWEEN}'\n".join(["set -eu", *(step.commands for step in steps)])
    done = subprocess.run(
        ["bash", "-c", script],
        check=False,
        capture_output=True,
        text=True,
        cwd=home.root,
        env=home.environment,
        timeout=_TIMEOUT_SECONDS,
    )
    home.processes()
    assert done.returncode == 0, done.stderr
    _, *printed = done.stdout.split(f"{_BETWEEN}\n")
    for step, answer in zip(steps, printed, strict=True):
        assert as_pattern(step.shown).fullmatch(answer.strip()), (step.commands, answer, done.stderr)


def test_the_page_has_commands_for_everybody_and_for_root() -> None:
    every = [step for _, steps in sections() for step in steps]
    assert sum(not step.is_for_root for step in every) >= 8
    assert sum(step.is_for_root for step in every) >= 3
