"""The gate's own table: what a person connects, with the certificates that they want trusted for it and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

from aspen.core.errors import Misused
from aspen.egress.gate.connections import Connections
from aspen.providers.catalogue import shipped_providers
from fakes.certificates import Authority


@pytest.fixture
def table(tmp_path: Path) -> Connections:
    folder = tmp_path / "gate"
    folder.mkdir()
    return Connections(folder, shipped_providers())


def connect(table: Connections, certificate_pem: str | None) -> None:
    table.connect(table.plan("anthropic", None, certificate_pem), certificate_pem, has_key=True)


def test_certificates_for_a_shipped_provider_are_kept_and_trusted_for_it(table: Connections, tmp_path: Path) -> None:
    authority = Authority(tmp_path / "authority").ca_file.read_text("ascii")
    connect(table, authority)
    (provider,) = table.connected
    assert provider.ca_file is not None
    assert Path(provider.ca_file).read_text("ascii") == authority
    again = Connections(tmp_path / "gate", shipped_providers())
    assert again.connected == (provider,)


def test_to_connect_again_without_certificates_trusts_the_system_again(table: Connections, tmp_path: Path) -> None:
    connect(table, Authority(tmp_path / "authority").ca_file.read_text("ascii"))
    connect(table, None)
    (provider,) = table.connected
    assert provider.ca_file is None


def test_what_is_no_certificate_is_refused(table: Connections) -> None:
    with pytest.raises(Misused):
        table.plan("anthropic", None, "not a certificate")
