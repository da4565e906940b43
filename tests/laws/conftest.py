"""How many cases a law is tried with: 1,000, or 100,000 by `pytest tests/laws --hypothesis-profile=thorough`.

No example is judged by its time: laws hold on a busy machine too. The profile holds for this folder alone.
"""

from __future__ import annotations

from collections.abc import Generator

import pytest
from hypothesis import HealthCheck, settings

_HURRIED = [HealthCheck.too_slow]

settings.register_profile("laws", settings(), deadline=None, suppress_health_check=_HURRIED, max_examples=1000)
settings.register_profile("thorough", settings(), deadline=None, suppress_health_check=_HURRIED, max_examples=100_000)

_CHOSEN_BY_A_PERSON = {"thorough"}


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """A test takes the profile that holds while its module is loaded."""
    before = settings.get_current_profile_name()
    if before not in _CHOSEN_BY_A_PERSON and isinstance(collector, pytest.Module):
        settings.load_profile("laws")
    try:
        return (yield)
    finally:
        settings.load_profile(before)
