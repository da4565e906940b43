"""Which files a repository says are not worth reading: `.gitignore`, nested and with negation, as git reads it.

Matching is done by `pathspec` on RE2, which is linear for any pattern of a stranger. A folder that is ignored is not
entered, so that nothing below it can be taken back in (gitignore(5)).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from pathspec import GitIgnoreSpec

_NAME: Final = ".gitignore"
_LARGEST_BYTES: Final = 256 << 10
_MOST_LINES: Final = 5_000
_HIGHEST: Final = 40


@dataclass(frozen=True, slots=True)
class _Rules:
    """What one file says of everything below its folder."""

    folder: str
    spec: GitIgnoreSpec


@dataclass(frozen=True, slots=True)
class IgnoreRules:
    """All that holds in one folder, the farthest first."""

    rules: tuple[_Rules, ...] = ()

    def entering(self, folder: Path) -> Self:
        """Return the rules for what lies in `folder`: those so far, and those of its own file."""
        found = _read(folder / _NAME, folder)
        return self if found is None else type(self)((*self.rules, found))

    def ignores(self, path: Path, *, is_folder: bool) -> bool:
        """Whether git would not track it. The nearest file that says anything counts, and in it the last line."""
        for each in reversed(self.rules):
            relative = os.path.relpath(path, each.folder)
            answer = each.spec.check_file(f"{relative}/" if is_folder else relative).include
            if answer is not None:
                return answer
        return False


def rules_above(folder: Path) -> IgnoreRules:
    """Gather what the folders above say, up to the root of the repository that `folder` lies in.

    Empty where there is no repository, or where it ignores the folder itself: a person named it all the same.
    """
    if (folder / ".git").exists():
        return _excluded(IgnoreRules(), folder)
    above: list[Path] = []
    for parent in list(folder.parents)[:_HIGHEST]:
        above.append(parent)
        if (parent / ".git").exists():
            break
    else:
        return IgnoreRules()
    rules = _excluded(IgnoreRules(), above[-1])
    for parent in reversed(above):
        rules = rules.entering(parent)
    return IgnoreRules() if rules.ignores(folder, is_folder=True) else rules


def _excluded(rules: IgnoreRules, root: Path) -> IgnoreRules:
    """Add what is ignored in this clone alone (`.git/info/exclude`)."""
    found = _read(root / ".git" / "info" / "exclude", root)
    return rules if found is None else IgnoreRules((*rules.rules, found))


def _read(path: Path, folder: Path) -> _Rules | None:
    """A file that is not there, is a link or a pipe, or cannot be read says nothing."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(_LARGEST_BYTES)
    except OSError:
        return None
    lines = content.decode("utf-8", "replace").splitlines()[:_MOST_LINES]
    patterns = [line for line in lines if line.strip() and not line.startswith("#")]
    return _Rules(str(folder), _spec(patterns)) if patterns else None


def _spec(patterns: list[str]) -> GitIgnoreSpec:
    """Leave out single lines that are no patterns, as git does."""
    try:
        return GitIgnoreSpec.from_lines(patterns, backend="re2")
    except ValueError:
        return GitIgnoreSpec.from_lines([each for each in patterns if _is_pattern(each)], backend="re2")


def _is_pattern(pattern: str) -> bool:
    try:
        GitIgnoreSpec.from_lines([pattern], backend="re2")
    except ValueError:
        return False
    return True
