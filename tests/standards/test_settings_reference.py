"""Every setting is described with its real default, and every variable that Aspen reads is on the page."""

from __future__ import annotations

import ast
import re
from dataclasses import fields
from typing import cast

from aspen.settings import Folders, Settings
from standards.repository import ROOT, python_files, tree_of

PAGE = (ROOT / "docs" / "reference" / "settings.md").read_text("utf-8")
FILES_PAGE = (ROOT / "docs" / "reference" / "files.md").read_text("utf-8")


def defaults_on(page: str) -> dict[str, str]:
    """Return each setting's default as the page writes it."""
    return dict(re.findall(r"^### `(\w+)`\n+Default: (.+)\.$", page, flags=re.MULTILINE))


def as_written(default: object) -> str:
    """Write a default as a settings file would, and None as what it means."""
    if isinstance(default, tuple):
        return f"`{list(cast('tuple[object, ...]', default))}`"
    return "Aspen decides" if default is None else f"`{default}`"


def variables_in_source() -> set[str]:
    """Return every ASPEN_… name that stands in a string of the source, alone."""
    constants = (node for path in python_files("src") for node in ast.walk(tree_of(path)))
    texts = (node.value for node in constants if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in texts if re.fullmatch(r"_?ASPEN_[A-Z_]+[A-Z]", text)}


def test_every_setting_is_described_with_its_default() -> None:
    defaults = Settings()
    assert defaults_on(PAGE) == {field.name: as_written(getattr(defaults, field.name)) for field in fields(Settings)}


def test_every_setting_names_its_environment_variable() -> None:
    for field in fields(Settings):
        assert f"`ASPEN_{field.name.upper()}`" in PAGE


def test_every_variable_that_the_source_names_is_described() -> None:
    named = variables_in_source()
    assert "ASPEN_HOME" in named
    assert {name for name in named if f"`{name}`" not in PAGE} == set()


def test_every_folder_is_described() -> None:
    assert {field.name for field in fields(Folders) if f"`{field.name}`" not in FILES_PAGE} == set()
