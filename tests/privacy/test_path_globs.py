"""Patterns cover what a person would expect of them, and nothing beside it."""

from __future__ import annotations

import pytest

from aspen.privacy.path_globs import matches


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/home/ada/cases", "/home/ada/cases"),
        ("/home/ada/cases", "/home/ada/cases/2025/notes.txt"),
        ("/home/ada/cases/", "/home/ada/cases/notes.txt"),
        ("/home/ada/cases/*", "/home/ada/cases/notes.txt"),
        ("/home/ada/cases/**", "/home/ada/cases/2025/05/notes.txt"),
        ("/home/**/notes.txt", "/home/notes.txt"),
        ("/home/**/notes.txt", "/home/ada/cases/notes.txt"),
        ("/home/ada/*.txt", "/home/ada/notes.txt"),
        ("/home/ada/note?.txt", "/home/ada/notes.txt"),
        ("/home/ada/[draft] a+b", "/home/ada/[draft] a+b/c"),
        ("/home/ada/*", "/home/ada/a\nb"),
        ("/", "/anything/at/all"),
        ("/**", "/anything/at/all"),
    ],
)
def test_a_pattern_covers(pattern: str, path: str) -> None:
    assert matches(pattern, path)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/home/ada/cases", "/home/ada/cases-public/notes.txt"),
        ("/home/ada/cases", "/home/ada"),
        ("/home/ada/cases", "/backup/home/ada/cases/notes.txt"),
        ("/home/ada/cases/*", "/home/ada/cases/2025/notes.txt"),
        ("/home/ada/*.txt", "/home/ada/cases/notes.txt"),
        ("/home/ada/note?.txt", "/home/ada/note/.txt"),
        ("/home/ada/note?.txt", "/home/ada/note.txt"),
        ("/home/ada/a.c", "/home/ada/abc"),
        ("/home/Ada", "/home/ada"),
    ],
)
def test_a_pattern_does_not_cover(pattern: str, path: str) -> None:
    assert not matches(pattern, path)
