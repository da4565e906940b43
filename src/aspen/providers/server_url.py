"""Where a server is: the address of a provider, taken apart and checked. Looks nothing up and connects to nothing."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

_SHAPE = re.compile(r"(https?)://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::([0-9]{1,5}))?(/[A-Za-z0-9._~/-]*)?")
_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_DEFAULT_PORTS = {"https": 443, "http": 80}

_HOME_SUFFIXES = (".local", ".localhost", ".internal", ".home.arpa", ".lan")
"""Names that public DNS does not answer for (RFC 6762, RFC 6761, RFC 8375, ICANN's .internal), and a common habit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseUrl:
    """`host` is a lower-case name or an address without brackets; `path` has no slash at its end."""

    scheme: str
    host: str
    port: int
    path: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def authority(self) -> str:
        """Host and port as a URL and the header of that name hold them: without the port that the scheme implies."""
        return self._bracketed if self.port == _DEFAULT_PORTS[self.scheme] else f"{self._bracketed}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port, the last of them always."""
        return f"{self.scheme}://{self._bracketed}:{self.port}"

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"

    @property
    def is_loopback(self) -> bool:
        """Whether it can only be this machine."""
        address = _address(self.host)
        return self.host == "localhost" if address is None else address.is_loopback

    @property
    def is_private(self) -> bool:
        """Whether the address itself says that it is not on the internet: this machine, or a network at home or work.

        A public name is never private, whatever it resolves to: nothing is looked up.
        """
        address = _address(self.host)
        if address is not None:
            return address.is_private
        return "." not in self.host or self.host.endswith(_HOME_SUFFIXES)

    @property
    def _bracketed(self) -> str:
        return f"[{self.host}]" if ":" in self.host else self.host


def parse_base_url(text: str) -> BaseUrl:
    """Take apart an address such as https://api.example.com/v1; a slash at its end is dropped.

    Raises ValueError with a sentence for people: no user name, query or fragment may stand in it, no dot segments, and
    the host must be a plain name or address that every program reads the same way.
    """
    scheme, rest = (text.split("://", 1) if "://" in text else ("", text))[:2]
    host_and_path = rest.split("/", 1)
    matched = _SHAPE.fullmatch("/".join([f"{scheme}://{host_and_path[0]}".lower(), *host_and_path[1:]]))
    if matched is None:
        raise ValueError("the address must look like https://host:port/path, with nothing before the host or after it")
    host, port_text, path = matched[2].strip("[]"), matched[3], (matched[4] or "").rstrip("/")
    port = _DEFAULT_PORTS[matched[1]] if port_text is None else int(port_text)
    if not 1 <= port <= 65535:
        raise ValueError("the port must be between 1 and 65535")
    if any(not segment.strip(".") for segment in path.split("/")[1:]):
        raise ValueError("the path must not hold empty or dot segments")
    return BaseUrl(scheme=matched[1], host=_checked_host(host), port=port, path=path)


def _checked_host(host: str) -> str:
    address = _address(host)
    if address is not None:
        if address.is_unspecified or address.is_multicast or address.is_link_local:
            raise ValueError("no server can be reached at that address")
        return str(address)
    labels = host.split(".")
    # Programs disagree on whether 127.1 or 0x7f000001 is an address: a name must not end in what begins like a number,
    # which is a little more than the URL standard of WHATWG refuses.
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1][0].isdigit():
        raise ValueError("the host must be a plain name or address")
    return host


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address if mapped is None else mapped
