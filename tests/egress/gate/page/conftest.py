"""A browser that a person has let in at a real gate."""

from __future__ import annotations

from collections.abc import Generator

import pytest

from fakes.gate_page import GatePage, open_page
from fakes.gate_process import RunningGate


@pytest.fixture
def page(gate: RunningGate) -> Generator[GatePage]:
    with open_page(gate) as page:
        yield page
