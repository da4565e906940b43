"""Every error that Aspen raises is drawn, has a code of its own, a page entry, and an exit code."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from aspen.cli.exit_codes import ExitCode, exit_code_of
from aspen.core import errors
from aspen.core.errors import AspenError, every_error
from standards.repository import ROOT

PAGE = (ROOT / "docs" / "reference" / "errors.md").read_text("utf-8")
BRANCH_WIDTH = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One line of the tree in the module's docstring."""

    name: str
    parent: str | None
    retryable: bool


def drawn_errors(drawing: str) -> list[Drawn]:
    """Read the tree: the depth of a line is where its name begins."""
    path: list[str] = []
    found: list[Drawn] = []
    for line in drawing.splitlines():
        matched = re.match(r"^([│├└─ ]*)([A-Z]\w+)(?:\s{2,}.*)?$", line)
        if matched is None or (not path and matched[2] != "AspenError"):
            continue
        depth = len(matched[1]) // BRANCH_WIDTH
        path = [*path[:depth], matched[2]]
        parent = path[-2] if len(path) > 1 else None
        found.append(Drawn(name=matched[2], parent=parent, retryable=line.endswith("(retry helps)")))
    return found


def entries_of(page: str) -> dict[str, str]:
    """Return what stands under each heading that is an error's code."""
    pieces = re.split(r"^#{2,3} `(\w+)`$", page, flags=re.MULTILINE)
    return dict(zip(pieces[1::2], pieces[2::2], strict=True))


def documented_exit_codes(page: str) -> dict[int, str]:
    """Return the table of exit codes: the number and its first words."""
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", page, flags=re.MULTILINE)
    return {int(number): words.strip() for number, words in rows}


def test_the_drawing_is_the_tree() -> None:
    classes = list(every_error())
    real = [
        Drawn(
            name=error.__name__,
            parent=None if error is AspenError else error.__bases__[0].__name__,
            retryable=error.retryable,
        )
        for error in classes
    ]
    assert drawn_errors(errors.__doc__ or "") == real


def test_every_error_has_a_code_of_its_own_that_is_its_name() -> None:
    codes = Counter(error.code for error in every_error())
    assert [code for code, count in codes.items() if count > 1] == []
    assert {error.code for error in every_error()} == {
        re.sub(r"(?<=[a-z])(?=[A-Z])", "_", error.__name__).lower() for error in every_error()
    }


def test_every_error_has_an_entry_of_its_own_and_no_entry_is_left_over() -> None:
    assert list(entries_of(PAGE)) == [error.code for error in every_error()]


def test_every_entry_says_what_it_means_what_to_do_and_the_exit_code() -> None:
    entries = entries_of(PAGE)
    for error in every_error():
        entry = entries[error.code]
        assert "**Means**" in entry, error.code
        assert "**Do**" in entry, error.code
        assert f"**Exit code** {exit_code_of(error).value}" in entry, error.code
        assert ("A retry can help." in entry) == error.retryable, error.code


def test_the_table_of_exit_codes_is_the_one_in_the_code() -> None:
    assert set(documented_exit_codes(PAGE)) == {code.value for code in ExitCode}


def test_every_failure_has_a_code_other_than_success() -> None:
    assert {exit_code_of(error) for error in every_error()} == set(ExitCode) - {ExitCode.OK}


def test_a_line_that_is_missing_in_a_drawing_would_be_noticed() -> None:
    drawing = "AspenError\n├── Failed     something\n│   └── Odd    more (retry helps)\n└── Misused  words"
    assert drawn_errors(drawing) == [
        Drawn(name="AspenError", parent=None, retryable=False),
        Drawn(name="Failed", parent="AspenError", retryable=False),
        Drawn(name="Odd", parent="Failed", retryable=True),
        Drawn(name="Misused", parent="AspenError", retryable=False),
    ]
