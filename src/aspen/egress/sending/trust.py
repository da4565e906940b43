"""Whose certificates are believed: the system's, or one file's alone. No environment variable has a say."""

from __future__ import annotations

import ssl
from pathlib import Path

import httpx2

from aspen.core.errors import BadSetting


class Trust:
    """TLS contexts, each made when first needed and kept: reading the system's certificates takes milliseconds."""

    def __init__(self) -> None:
        self._contexts: dict[tuple[str, int] | None, ssl.SSLContext] = {}

    def context(self, ca_file: str | None) -> ssl.SSLContext:
        """Return a verifying context. A file that changed is read again. Raises BadSetting if it cannot be."""
        seen = None if ca_file is None else (ca_file, _changed_at(ca_file))
        if seen not in self._contexts:
            self._contexts[seen] = _system() if ca_file is None else _only(ca_file)
        return self._contexts[seen]


def _system() -> ssl.SSLContext:
    # Not `ssl.create_default_context`, which writes the secrets of a connection to the file that SSLKEYLOGFILE names.
    context = httpx2.create_ssl_context(trust_env=False)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _only(ca_file: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(cafile=ca_file)
    except OSError as error:
        raise _unreadable(ca_file) from error
    return context


def _changed_at(ca_file: str) -> int:
    try:
        return Path(ca_file).stat().st_mtime_ns
    except OSError as error:
        raise _unreadable(ca_file) from error


def _unreadable(ca_file: str) -> BadSetting:
    return BadSetting(
        f"The certificate file {ca_file} cannot be read.", hint="It must be a PEM file with at least one certificate."
    )
