"""A sceptic can check an export with nothing but Python and the script of the reference page."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from aspen.core.egress import Verdict
from fakes.ledger_home import LedgerHome, exchange, send

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "ledger.md"


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """A real export of five entries, with text that is awkward in JSON and in lines."""
    home = LedgerHome(folder=tmp_path / "gate")
    with home.open() as ledger:
        exchange(ledger, b"body", b"answer")
        exchange(ledger, b"more", b"answer")
        ledger.record(replace(send(), verdict=Verdict.REFUSED, reasons=("naïve \u2028 \x85 \r\n \\ “no” 🙂 \0",)))
        (tmp_path / "ledger.jsonl").write_text("".join(ledger.export()), "utf-8", newline="")
    return tmp_path / "ledger.jsonl"


def check(export: Path) -> tuple[int, str]:
    """Run the page's script as a sceptic does: in a bare Python that has no Aspen."""
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", script, str(export)], capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_the_script_of_the_page_is_short_and_finds_an_export_whole(export: Path) -> None:
    (script,) = re.findall(r"```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(script.splitlines()) <= 20
    status, said = check(export)
    head = json.loads(export.read_bytes().split(b"\n")[0])["head"]
    assert (status, said) == (0, f"5 entries in one chain. Head: {head['sha256']}\n")


@pytest.mark.parametrize("number", range(1, 6))
def test_the_script_finds_any_edited_missing_or_moved_line(export: Path, number: int) -> None:
    lines = export.read_bytes().split(b"\n")[:-1]
    edited = [line.replace(b"practice", b"elsewhere") if at == number else line for at, line in enumerate(lines)]
    missing = [line for at, line in enumerate(lines) if at != number]
    doubled = [*lines[: number + 1], *lines[number:]]
    moved = [lines[0], *lines[1:number], *lines[number + 1 :], lines[number]]
    for changed in (edited, missing, doubled, *([moved] if number < 5 else [])):
        assert changed != lines
        export.write_bytes(b"\n".join(changed) + b"\n")
        status, said = check(export)
        assert (status, "Broken" in said) == (1, True)


def test_the_page_describes_every_field_and_every_verdict(export: Path) -> None:
    page = PAGE.read_text("utf-8")
    fields: dict[str, object] = json.loads(export.read_bytes().split(b"\n")[1])
    assert [name for name in fields if f"`{name}`" not in page] == []
    assert [verdict for verdict in Verdict if f"`{verdict}`" not in page] == []
