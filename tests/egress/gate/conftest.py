"""A provider that records what reaches it, and a real gate that is connected to it."""

from __future__ import annotations

from collections.abc import Generator
from pathlib import Path

import pytest

from fakes.certificates import Authority
from fakes.gate_process import GateHome, RunningGate
from fakes.provider_rows import KEY, provider_at
from fakes.tls_provider import Received, Reply, TlsProvider


def _echo(received: Received) -> Reply:
    return Reply(
        headers=(("content-type", "application/json"), ("x-request-id", "r-1")), pieces=(b"you said ", received.body)
    )


@pytest.fixture
def provider(tmp_path: Path) -> Generator[TlsProvider]:
    """A TLS provider of a test's own authority. `answer` may be replaced while it runs."""
    with TlsProvider(authority=Authority(tmp_path / "authority"), answer=_echo).in_thread() as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> GateHome:
    return GateHome(root=tmp_path)


@pytest.fixture
def gate(home: GateHome, provider: TlsProvider) -> Generator[RunningGate]:
    """A gate with one provider connected, `acme`."""
    with home.started() as running:
        running.person.connect(provider_at(provider), KEY)
        yield running
