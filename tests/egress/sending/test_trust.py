"""TLS contexts verify, whatever is set around them."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from aspen.core.errors import BadSetting
from aspen.egress.sending.trust import Trust
from fakes.certificates import Authority


@pytest.mark.parametrize("has_own_file", [True, False])
def test_every_context_verifies_certificate_and_name_and_writes_no_secrets(
    has_own_file: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "secrets"))
    ca_file = str(Authority(tmp_path).ca_file) if has_own_file else None
    context = Trust().context(ca_file)

    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.keylog_filename is None


def test_a_file_of_ones_own_replaces_the_systems_certificates(tmp_path: Path) -> None:
    assert len(Trust().context(str(Authority(tmp_path).ca_file)).get_ca_certs()) == 1


def test_contexts_are_kept_until_their_file_changes(tmp_path: Path) -> None:
    trust, ca_file = Trust(), Authority(tmp_path / "one").ca_file
    first = trust.context(str(ca_file))

    assert trust.context(str(ca_file)) is first
    ca_file.write_bytes(Authority(tmp_path / "two").ca_file.read_bytes())
    assert trust.context(str(ca_file)) is not first


@pytest.mark.parametrize("content", [None, b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_file_that_holds_no_certificate_is_a_bad_setting(content: bytes | None, tmp_path: Path) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_bytes(content)

    with pytest.raises(BadSetting):
        Trust().context(str(ca_file))
