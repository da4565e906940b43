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
