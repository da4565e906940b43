"""Fixtures: a home of its own for a real service, empty or with the starter model on its shelf."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.service_home import ServiceHome


@pytest.fixture
def home(tmp_path: Path) -> Iterator[ServiceHome]:
    with ServiceHome(tmp_path) as home:
        yield home


@pytest.fixture
def starter_home(home: ServiceHome, starter_model: Path) -> ServiceHome:
    """A home of one test's own, for what changes or kills the service."""
    home.put_on_shelf(starter_model)
    return home


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory, starter_model: Path) -> Iterator[ServiceHome]:
    """A home that all tests of a file share, with a service that has answered already."""
    with ServiceHome(tmp_path_factory.mktemp("home")) as home:
        home.put_on_shelf(starter_model)
        home.run("models")
        yield home
