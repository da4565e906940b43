"""What tests of readers share: the libraries of the group `pii`, or the reason why they are not here."""

from __future__ import annotations

import pytest

from aspen.readers.kinds import PEOPLE, is_installed


@pytest.fixture
def people_libraries() -> None:
    """Skips a test where the group is not installed."""
    if not is_installed(PEOPLE):
        pytest.skip("the group `pii` is not installed: pip install '.[pii]'")
