"""Each deliberate defect turns the suite red, and the test that stands for it is the one that fails.

Every defect meets the tests that should catch it; with ASPEN_WHOLE_SUITE=1 every one meets all of the suite.
"""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from closed_network import why_not
from mutations import MUTATIONS, Mutation, copy_with

import aspen

HERE = Path(__file__).resolve().parent
MEETS_ALL = bool(os.environ.get("ASPEN_WHOLE_SUITE"))
EVERY_TEST = tuple(path.name for path in sorted(HERE.glob("test_*.py")) if path.name != Path(__file__).name)
AT_ONCE = 2
TIMEOUT_SECONDS = 600.0 if MEETS_ALL else 120.0
SOUND = ("test_one_way_out.py::test_case_10_a_clearance_is_good_for_one_send",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How the tests ended that were run against a copy: by name, without parameters."""

    passed: frozenset[str]
    failed: frozenset[str]
    printed: str


def run_against(mutation: Mutation | None, tests: tuple[str, ...], folder: Path) -> Run:
    """Run tests against a copy of the source in a folder of their own. Raises ValueError as `copy_with`."""
    folder.mkdir()
    source = copy_with(mutation, Path(aspen.__file__).parent, folder / "source")
    report = folder / "report.xml"
    # Plugins of others that happen to be installed cost a second of each run.
    plugins = ["-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin"]
    options = ["-q", *plugins, f"--junitxml={report}", f"--basetemp={folder / 'tests'}"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, *(str(HERE / test) for test in tests)],
        check=False,
        capture_output=True,
        text=True,
        cwd=HERE.parents[1],
        env={**os.environ, "PYTHONPATH": str(source), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        timeout=TIMEOUT_SECONDS,
    )
    ended = [
        (str(test.get("name")).partition("[")[0], {outcome.tag for outcome in test})
        for test in ElementTree.parse(report).iter("testcase")
    ]
    failed = frozenset(name for name, outcomes in ended if "failure" in outcomes)
    # A stray packet is also an error at the end of its test; an error alone says nothing of the defect.
    assert not [name for name, outcomes in ended if {"error", "skipped"} & outcomes and name not in failed], done.stdout
    return Run(passed=frozenset(name for name, _ in ended) - failed, failed=failed, printed=done.stdout)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Future[Run]]:
    """All runs, two at a time."""
    if sentence := why_not():
        pytest.skip(sentence)
    root = tmp_path_factory.mktemp("mutations")
    pool = ThreadPoolExecutor(AT_ONCE)
    begun = {
        each.name: pool.submit(run_against, each, EVERY_TEST if MEETS_ALL else each.caught_by, root / str(number))
        for number, each in enumerate(MUTATIONS)
    }
    pool.shutdown(wait=False)
    return begun


def test_a_copy_without_a_defect_is_green(tmp_path: Path, runs: Mapping[str, Future[Run]]) -> None:
    assert set(runs) == {each.name for each in MUTATIONS}
    run = run_against(None, SOUND, tmp_path / "sound")
    assert run.failed == frozenset()
    assert run.passed == {test.rpartition("::")[2] for test in SOUND}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_a_defect_turns_the_suite_red(mutation: Mutation, runs: Mapping[str, Future[Run]]) -> None:
    run = runs[mutation.name].result(TIMEOUT_SECONDS * len(MUTATIONS))
    assert {test.rpartition("::")[2] for test in mutation.caught_by} <= run.failed, run.printed


def test_a_defect_that_does_not_fit_the_source_is_an_error(tmp_path: Path) -> None:
    elsewhere = Mutation(name="nowhere", edits=(MUTATIONS[0].edits[0], MUTATIONS[0].edits[0]), caught_by=())
    with pytest.raises(ValueError, match="0 times"):
        copy_with(elsewhere, Path(aspen.__file__).parent, tmp_path)
