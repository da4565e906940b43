"""The Hugging Face hub, or a server that speaks its protocol: what a repository holds, and a file's bytes.

Import this after `environment.scrub`: huggingface_hub reads its settings from the environment once.
huggingface_hub 2.x downloads into a file of a random name and begins anew after a kill, so that the bytes are asked for
here, through its own HTTP session; names, metadata and errors of the hub come from the library.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import httpx2
from huggingface_hub import (
    HfApi,
    constants,
    get_session,
    hf_hub_url,
    hf_raise_for_status,
    set_client_factory,
)

from aspen import __version__
from aspen.core.errors import Failed, Unreachable
from aspen.egress.events import FilesFound, RepoFile
from aspen.egress.hub_errors import is_passing, patience_seconds, translated
from aspen.egress.names import check_endpoint, is_loopback, is_model_file_name, origin

_Result = TypeVar("_Result")

_WAITS_SECONDS = (0.3, 1.0, 2.5)
_TIMEOUT = httpx2.Timeout(30.0, connect=10.0)
_METADATA_TIMEOUT_SECONDS = 20.0
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LFS_ETAG = re.compile(r"[0-9a-f]{64}")
_GIT_ETAG = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """One file at one commit. `etag` is its SHA-256 (64 digits), or its git object id (40) where it is not in LFS."""

    name: str
    url: str
    commit: str
    etag: str
    size_bytes: int

    @property
    def sha256(self) -> str | None:
        return self.etag if len(self.etag) == 64 else None


class Hub:
    """One hub, asked on behalf of one user. `token` goes to the hub's own address and nowhere else."""

    def __init__(self, endpoint: str | None, token: str | None) -> None:
        self.endpoint = check_endpoint(endpoint or constants.ENDPOINT)
        if constants.is_offline_mode():
            raise Unreachable("HF_HUB_OFFLINE is set, so the hub is not asked.", hint="Unset HF_HUB_OFFLINE.")
        self._token = token
        self._api = HfApi(
            endpoint=self.endpoint, token=token or False, library_name="aspen", library_version=__version__
        )
        set_client_factory(self._client)

    def _client(self) -> httpx2.Client:
        """Make the session. Proxies and certificates come from the environment, as httpx documents."""
        return httpx2.Client(event_hooks={"request": [self._guard]}, follow_redirects=True, timeout=_TIMEOUT)

    def _guard(self, request: httpx2.Request) -> None:
        """Look at every request, those after a redirect included, before it leaves."""
        url = str(request.url)
        if request.url.scheme != "https" and not (self.endpoint.startswith("http:") and is_loopback(request.url.host)):
            raise Failed(
                f"The hub sends the download to an address without encryption, on {request.url.host}.",
                hint="Nothing was fetched. Try another mirror (HF_ENDPOINT).",
                facts={"host": request.url.host},
            )
        if origin(url) != origin(self.endpoint):
            request.headers.pop("Authorization", None)

    def list_files(self, repo_id: str, revision: str) -> FilesFound:
        """Ask for the GGUF files of a repository with their sizes: one request."""

        def ask() -> FilesFound:
            found = self._api.model_info(
                repo_id, revision=revision, files_metadata=True, timeout=_METADATA_TIMEOUT_SECONDS
            )
            files = tuple(
                RepoFile(
                    name=file.rfilename, size_bytes=file.size, sha256=None if file.lfs is None else file.lfs.sha256
                )
                for file in found.siblings or ()
                if file.size is not None and is_model_file_name(file.rfilename)
            )
            return FilesFound(commit=_checked(found.sha, _COMMIT), files=files)

        try:
            return self._patiently(ask, repo_id)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise _not_a_hub() from error

    def describe(self, repo_id: str, revision: str, name: str) -> RemoteFile:
        """Ask for one file's commit, size and checksum: a HEAD request, no byte of the file."""
        url = hf_hub_url(repo_id, name, revision=revision, endpoint=self.endpoint)

        def ask() -> RemoteFile:
            metadata = self._api.get_hf_file_metadata(url=url, timeout=_METADATA_TIMEOUT_SECONDS)
            commit = _checked(metadata.commit_hash, _COMMIT)
            etag = metadata.etag or ""
            if metadata.size is None:
                raise _not_a_hub()
            return RemoteFile(
                name=name,
                url=hf_hub_url(repo_id, name, revision=commit, endpoint=self.endpoint),
                commit=commit,
                etag=_checked(etag, _LFS_ETAG if len(etag) == 64 else _GIT_ETAG),
                size_bytes=metadata.size,
            )

        return self._patiently(ask, repo_id, name)

    @contextmanager
    def open_from(self, remote: RemoteFile, offset: int) -> Generator[httpx2.Response]:
        """Open the file's bytes from `offset` on, following redirects to wherever the hub keeps them.

        The hub's own address is asked each time, since signed addresses of its storage expire. Raises httpx2.HTTPError.
        """
        headers = {"User-Agent": f"aspen/{__version__}", "Accept-Encoding": "identity"}
        if self._token is not None:
            headers["Authorization"] = f"Bearer {self._token}"
        if offset:
            headers["Range"] = f"bytes={offset}-"
        with get_session().stream("GET", remote.url, headers=headers) as response:
            hf_raise_for_status(response)
            yield response

    def _patiently(self, ask: Callable[[], _Result], repo_id: str, name: str = "") -> _Result:
        """Ask again a few times where the hub is busy; never where it, or the whole network, is not there."""
        waits_seconds = iter(_WAITS_SECONDS)
        while True:
            try:
                return ask()
            except httpx2.HTTPError as error:
                wait_seconds = next(waits_seconds, None)
                if wait_seconds is None or isinstance(error, httpx2.ConnectError) or not is_passing(error):
                    raise translated(error, self.endpoint, repo_id, name) from error
                time.sleep(patience_seconds(error, wait_seconds))


def _checked(value: str | None, shape: re.Pattern[str]) -> str:
    """Commits and etags become file names in the cache: only hexadecimal digits of the right length will do."""
    if value is None or shape.fullmatch(value) is None:
        raise _not_a_hub()
    return value


def _not_a_hub() -> Failed:
    return Failed(
        "The server does not answer as a Hugging Face hub does.",
        hint="Check HF_ENDPOINT, and whether a proxy or a sign-in page stands between this computer and the hub.",
    )
