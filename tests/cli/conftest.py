"""Fixtures of the command line: a home of its own, and a scripted service in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

import pytest
from command_line import home_environment

from fakes.scripted_service import Script, ScriptedService, socket_folder


class Serve(Protocol):
    def __call__(self, **scripts: Script) -> ScriptedService: ...


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return home_environment(tmp_path)


@pytest.fixture
def serve(environment: dict[str, str]) -> Iterator[Serve]:
    """Start a service that has one script for each verb given by name."""
    with ExitStack() as running:

        def start(**scripts: Script) -> ScriptedService:
            return running.enter_context(ScriptedService(socket_folder(environment), scripts))

        yield start
