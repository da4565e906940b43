"""The gate stands beside the app under a name of the same site, so that a strict cookie reaches its frame."""

from __future__ import annotations

import pytest

from aspen.egress.gate.page.origins import answered_hosts, gate_origin


@pytest.mark.parametrize(
    ("app_origin", "port", "origin"),
    [
        ("http://127.0.0.1:4000", 5000, "http://127.0.0.1:5000"),
        ("http://localhost:4000", 5000, "http://localhost:5000"),
        ("http://aspen.localhost:4000", 5000, "http://gate.aspen.localhost:5000"),
        ("http://aspen.localhost", None, "http://gate.aspen.localhost:81"),
    ],
)
def test_the_gate_has_an_origin_of_its_own_that_its_listener_answers(
    app_origin: str, port: int | None, origin: str
) -> None:
    assert gate_origin(app_origin, port) == origin
    assert origin != app_origin
    assert origin.removeprefix("http://") in answered_hosts(port)
