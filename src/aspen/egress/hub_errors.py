"""What a hub's refusals mean, by the type and the status of the error and never by its text."""

from __future__ import annotations

from urllib.parse import urlsplit

import httpx2
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from aspen.core.errors import AspenError, Failed, NotFound, Unreachable
from aspen.egress.names import origin

_PASSING_STATUS = frozenset({408, 429, 500, 502, 503, 504})
_LONGEST_PATIENCE_SECONDS = 10.0


def is_passing(error: httpx2.HTTPError) -> bool:
    """Say whether asking again soon can help."""
    if isinstance(error, HfHubHTTPError):
        asked_seconds = _retry_after_seconds(error) or 0.0
        return error.response.status_code in _PASSING_STATUS and asked_seconds <= _LONGEST_PATIENCE_SECONDS
    return isinstance(error, httpx2.TimeoutException | httpx2.NetworkError | httpx2.RemoteProtocolError)


def patience_seconds(error: httpx2.HTTPError, usual_seconds: float) -> float:
    """Return how long to wait before the next try: what the server asks for (RFC 9110, 10.2.3), else the usual."""
    asked_seconds = _retry_after_seconds(error) if isinstance(error, HfHubHTTPError) else None
    return usual_seconds if asked_seconds is None else min(asked_seconds, _LONGEST_PATIENCE_SECONDS)


def translated(error: httpx2.HTTPError, endpoint: str, repo_id: str, name: str = "") -> AspenError:
    """Return the error that a person can act on."""
    match error:
        case HfHubHTTPError():
            return _refused(error, endpoint, repo_id, name)
        case httpx2.ProxyError():
            return Unreachable(
                "The proxy does not let the download through.", hint="Check HTTPS_PROXY and NO_PROXY, and try again."
            )
        case httpx2.TransportError():
            return Unreachable(
                f"The hub at {_host(endpoint)} could not be reached.",
                hint="Check the network and try again: a download goes on where it stopped.",
                facts={"host": _host(endpoint)},
            )
        case _:
            return Failed(
                f"The hub at {_host(endpoint)} gave an answer that cannot be followed.",
                hint="Try again later, or another mirror (HF_ENDPOINT).",
                facts={"kind": type(error).__name__},
            )


def _refused(error: HfHubHTTPError, endpoint: str, repo_id: str, name: str) -> AspenError:
    status = error.response.status_code
    facts = {"status": status, "repo": repo_id}
    match error:
        case GatedRepoError():
            return _needs_consent(endpoint, repo_id, status)
        case RevisionNotFoundError():
            return NotFound(f"{repo_id} has no such revision.", hint="Try the revision main.", facts=facts)
        case RemoteEntryNotFoundError():
            return NotFound(f"{repo_id} has no file {name}.", hint="List the repository's files.", facts=facts)
        case RepositoryNotFoundError():
            return NotFound(
                f"The hub shows no repository {repo_id}.",
                hint="Check the spelling. If it is private, set HF_TOKEN to a token that may read it.",
                facts=facts,
            )
        case _:
            return _by_status(error, endpoint, repo_id, name)


def _by_status(error: HfHubHTTPError, endpoint: str, repo_id: str, name: str) -> AspenError:
    status = error.response.status_code
    facts: dict[str, object] = {"status": status, "repo": repo_id}
    # A storage host behind the hub answers 403 when a signed address is too old: no matter of consent.
    from_the_hub = origin(str(error.response.url)) == origin(endpoint)
    match status:
        case 401 | 403 if from_the_hub:
            return _needs_consent(endpoint, repo_id, status)
        case 404:
            what = f"{repo_id} has no file {name}." if name else f"The hub shows no repository {repo_id}."
            return NotFound(what, hint="Check the spelling.", facts=facts)
        case 429:
            facts["retry_after_seconds"] = _retry_after_seconds(error)
            return Unreachable(
                "The hub has had too many requests from this address.",
                hint="Wait some minutes and try again. With HF_TOKEN set, the hub allows more.",
                facts=facts,
            )
        case _ if status >= 500 or not from_the_hub:
            return Unreachable(
                f"The hub answers with an error of its own ({status}).",
                hint="Try again later: a download goes on where it stopped.",
                facts=facts,
            )
        case _:
            return Failed(f"The hub refuses the request ({status}).", hint="Check the name of the model.", facts=facts)


def _needs_consent(endpoint: str, repo_id: str, status: int) -> Failed:
    page = f"{endpoint}/{repo_id}"
    return Failed(
        f"{repo_id} needs an account's consent.",
        hint=f"Open {page}, accept the terms, and set HF_TOKEN to a token of that account.",
        facts={"status": status, "repo": repo_id, "page": page},
    )


def _retry_after_seconds(error: HfHubHTTPError) -> float | None:
    written = error.response.headers.get("Retry-After", "")
    return float(written) if written.isascii() and written.isdigit() else None


def _host(endpoint: str) -> str:
    return urlsplit(endpoint).hostname or endpoint
