"""Laws hold on a busy machine too: no example is judged by its time."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile(
    "laws", parent=settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=100
)
settings.load_profile("laws")
