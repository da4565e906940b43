"""Names that come from outside, checked before they become part of a path, a URL or a command line."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

from aspen.core.errors import Misused

_REPO_PART = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?")
_REVISION = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._/-]{0,126}[A-Za-z0-9_-])?")
_REQUIREMENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?==[A-Za-z0-9][A-Za-z0-9.+!_-]*")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_LONGEST_PART_BYTES = 255


def check_repo_part(part: str) -> str:
    """Return an organisation's or a repository's name as the hub writes it, or raise Misused."""
    if _REPO_PART.fullmatch(part) is None or "--" in part or ".." in part or part.endswith(".git"):
        raise Misused(f"{part!r} is not a name of the hub.", hint="A model is named as org/repo.")
    return part


def check_revision(revision: str) -> str:
    """Return a branch, tag or commit, or raise Misused: it becomes a path below `refs`."""
    if _REVISION.fullmatch(revision) is None or any(part in {"", ".", ".."} for part in revision.split("/")):
        raise Misused(f"{revision!r} is not a revision.", hint="Name a branch, a tag or a commit, for example main.")
    return revision


def is_model_file_name(name: str) -> bool:
    """Say whether a path inside a repository is safe below a folder of ours and names a GGUF file."""
    parts = name.split("/")
    return (
        name.lower().endswith(".gguf")
        and name.isprintable()
        and "\\" not in name
        and ":" not in name
        and all(part not in {"", ".", ".."} and len(part.encode()) <= _LONGEST_PART_BYTES for part in parts)
    )


def check_model_file_name(name: str) -> str:
    """Return a path inside a repository, or raise Misused."""
    if not is_model_file_name(name):
        raise Misused(f"{name!r} is not the name of a model file.", hint="Model files end in .gguf.")
    return name


def check_shelf_name(name: str) -> str:
    """Return a file name without any folder, or raise Misused."""
    if "/" in name or name.startswith("."):
        raise Misused(f"{name!r} is not a plain file name.")
    return check_model_file_name(name)


def check_requirement(requirement: str) -> str:
    """Return an exactly pinned requirement (`name==version`), or raise Misused: it becomes an argument of pip."""
    if _REQUIREMENT.fullmatch(requirement) is None:
        raise Misused(f"{requirement!r} is not a pinned requirement.", hint="It must read name==version.")
    return requirement


def check_sha256(digest: str) -> str:
    """Return 64 lower-case hexadecimal digits, or raise Misused."""
    if _SHA256.fullmatch(digest) is None:
        raise Misused(f"{digest!r} is not a SHA-256.")
    return digest


def is_loopback(host: str) -> bool:
    """Say whether a host of a URL can only be this computer."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_endpoint(endpoint: str) -> str:
    """Return the hub's address without a slash at its end, or raise Misused: https, or http on this computer."""
    try:
        parts = urlsplit(endpoint)
        host, plain = parts.hostname or "", not (parts.username or parts.password or parts.query or parts.fragment)
    except ValueError:
        raise Misused("The address of the hub cannot be understood.", hint="Correct HF_ENDPOINT.") from None
    if not host or not plain or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))):
        raise Misused(
            "The address of the hub must begin with https:// and hold no password.",
            hint="Correct HF_ENDPOINT. Plain http:// is allowed for a hub on this computer only.",
        )
    return endpoint.rstrip("/")


def origin(url: str) -> tuple[str, str, int | None]:
    """Return what decides who receives a credential: scheme, host and port (RFC 6454)."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def without_secrets(url: str) -> str:
    """Return a URL without query, fragment, user and password: what may be written down."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname or ""
    port = f":{parts.port}" if parts.port is not None else ""
    return f"{parts.scheme}://{host}{port}{parts.path}"
