"""The certificate of the practice provider: good for its address, for a while, and for nothing else."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from aspen.practice.certificate import KeyPair, make_key_pair

ADDRESS = IPv4Address("127.0.0.1")


@pytest.fixture(scope="module")
def pair() -> KeyPair:
    return make_key_pair(ADDRESS)


def test_it_is_for_one_address_and_for_servers_and_ends(pair: KeyPair) -> None:
    certificate = x509.load_pem_x509_certificate(pair.certificate_pem)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert names.get_values_for_type(x509.IPAddress) == [ADDRESS]
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]
    now = datetime.now(UTC)
    assert certificate.not_valid_before_utc < now < certificate.not_valid_after_utc < now + timedelta(days=31)


def test_every_run_has_a_key_of_its_own(pair: KeyPair) -> None:
    other = make_key_pair(ADDRESS)
    assert other.private_key_pem != pair.private_key_pem
    assert other.certificate_pem != pair.certificate_pem


def test_the_private_key_is_in_no_representation(pair: KeyPair) -> None:
    assert "PRIVATE" in pair.private_key_pem.decode()
    assert f"{pair!r} {pair}" == "KeyPair(…) KeyPair(…)"


def _shake_hands(pair: KeyPair, trusted: bytes, host: str, folder: Path) -> None:
    """Let a client that trusts `trusted` alone meet a server with this pair, in memory."""
    (folder / "pair.pem").write_bytes(pair.private_key_pem + pair.certificate_pem)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(folder / "pair.pem")
    asking = ssl.create_default_context(cadata=trusted.decode())
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = asking.wrap_bio(to_client, to_server, server_hostname=host)
    server = serving.wrap_bio(to_server, to_client, server_side=True)
    for end in (client, server, client, server):
        try:
            end.do_handshake()
        except ssl.SSLWantReadError:
            continue


def test_who_trusts_it_can_speak_to_its_address(pair: KeyPair, tmp_path: Path) -> None:
    _shake_hands(pair, pair.certificate_pem, str(ADDRESS), tmp_path)


@pytest.mark.parametrize("host", ["127.0.0.2", "localhost", "api.openai.com"])
def test_it_vouches_for_no_other_host(pair: KeyPair, tmp_path: Path, host: str) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake_hands(pair, pair.certificate_pem, host, tmp_path)


def test_who_trusts_another_run_s_does_not_trust_this_one(pair: KeyPair, tmp_path: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        _shake_hands(pair, make_key_pair(ADDRESS).certificate_pem, str(ADDRESS), tmp_path)
