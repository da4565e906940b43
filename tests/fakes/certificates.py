"""Certificates of a test's own authority, the sound and the unsound ones, made by trustme in a folder."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Authority:
    """An authority whose certificate lies in `ca_file`; the same folder gives the same authority again."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        self._made()
        return self.folder / "ca.pem"

    def server(self, *names: str, days: float = 1.0) -> ssl.SSLContext:
        """Return a server's context for these names; negative days make a certificate that ended so long ago."""
        now = datetime.now(UTC)
        leaf = self._made().issue_cert(
            *(names or LOCAL_NAMES),
            not_before=now - timedelta(days=abs(days) + 1.0),
            not_after=now + timedelta(days=days),
            key_type=trustme.KeyType.ECDSA,
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with leaf.private_key_and_cert_chain_pem.tempfile(dir=str(self.folder)) as path:
            context.load_cert_chain(path)
        return context

    def _made(self) -> trustme.CA:
        key = self.folder / "ca.key"
        certificate = self.folder / "ca.pem"
        if not key.exists():
            made = trustme.CA(key_type=trustme.KeyType.ECDSA)
            self.folder.mkdir(parents=True, exist_ok=True)
            made.cert_pem.write_to_path(str(certificate))
            made.private_key_pem.write_to_path(str(key))
        return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
