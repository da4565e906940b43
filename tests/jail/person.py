"""Who runs a process under test: the user who runs the tests, or, when that is root, an ordinary user as well."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parent
ORDINARY_ID = 65534
PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """`home` is a writable folder of the person's own; `packages` hold Aspen, and the engine if there is one."""

    python: str
    home: Path
    packages: tuple[Path, ...]
    user_id: int | None = None

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "PYTHONPATH": os.pathsep.join(str(path) for path in self.packages),
            "HOME": str(self.home),
            "PATH": "/usr/bin:/bin",
            "PYTHONDONTWRITEBYTECODE": "1",
        }

    def start(self, script: str, *words: object, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[str]:
        """Start a script of this folder with pipes on all three streams and no other descriptor."""
        return subprocess.Popen(
            [self.python, "-P", str(self.packages[0] / script), *(str(word) for word in words)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd=self.home,
            env=dict(self.environment),
            pass_fds=pass_fds,
            user=self.user_id,
            group=self.user_id,
            extra_groups=self._groups,
        )

    def ask(self, script: str, *words: object) -> str:
        """Run a script to its end and return what it printed."""
        with self.start(script, *words) as process:
            output, errors = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, errors
        return output

    def can_import(self, module: str) -> bool:
        try:
            return not subprocess.run(
                [self.python, "-c", f"import {module}"],
                check=False,
                capture_output=True,
                cwd="/",
                env=dict(self.environment),
                user=self.user_id,
                group=self.user_id,
                extra_groups=self._groups,
            ).returncode
        except OSError:
            return False

    def give(self, file: Path) -> Path:
        """Put a file, or a link to it, where this person can read it."""
        place = self.home / file.name
        try:
            os.link(file, place)
        except OSError:
            shutil.copyfile(file, place)
        return place

    def make_folder(self, name: str) -> Path:
        folder = self.home / name
        folder.mkdir(mode=0o700, parents=True)
        if self.user_id is not None:
            os.chown(folder, self.user_id, self.user_id)
        return folder

    @property
    def _groups(self) -> list[int] | None:
        return None if self.user_id is None else []
