"""What a request to a server on this computer says of itself: whom it means, who sent it, what it brings. Pure.

A page of another site may be open in the same browser. It can make that browser send requests here, but it can set
neither Host nor Origin (https://fetch.spec.whatwg.org/#forbidden-request-header), and only with the server's leave
a body that says it is JSON.
"""

from __future__ import annotations


def name_of_host(host: str) -> str:
    """Return the name in a Host header, in lower case, without the port."""
    name, colon, port = host.rpartition(":")
    return (name if colon and port.isdecimal() else host).lower()


def says_json(content_type: str) -> bool:
    return content_type.partition(";")[0].strip().lower() == "application/json"


def cookies_called(header: str, name: str) -> tuple[str, ...]:
    """Return every value under a name, in their order: cookies of other ports of this computer come along too."""
    pairs = (each.partition("=") for each in header.split(";"))
    return tuple(value.strip().strip('"') for key, _, value in pairs if key.strip() == name)
