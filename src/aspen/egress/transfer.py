"""One file's bytes from the hub into a partial file, going on after every break for as long as there is progress."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import httpx2

from aspen.core.errors import AspenError, Failed, Unreachable
from aspen.egress.hub import Hub, RemoteFile
from aspen.egress.hub_errors import is_passing, patience_seconds, translated
from aspen.egress.partial_file import PartialFile, Report

_WAITS_SECONDS = (0.3, 1.0, 2.0, 4.0)
"""Between tries that bring no byte; any byte begins the row again."""

_CONTENT_RANGE = re.compile(r"bytes (\d+)-\d+/(?:\d+|\*)")


def transfer(
    hub: Hub,
    repo_id: str,
    remote: RemoteFile,
    partial: PartialFile,
    report: Report,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Fetch what `partial` lacks. Raises the translated error once the hub stays silent; what came is kept."""
    waits_seconds = iter(_WAITS_SECONDS)
    while (before := partial.offset) < remote.size_bytes:
        try:
            _one_stream(hub, remote, partial, report)
            stopped: httpx2.HTTPError | None = None
        except httpx2.HTTPError as error:
            if not is_passing(error):
                raise translated(error, hub.endpoint, repo_id, remote.name) from error
            stopped = error
        if partial.offset > before:
            waits_seconds = iter(_WAITS_SECONDS)
        if partial.offset < remote.size_bytes:
            wait_seconds = next(waits_seconds, None)
            if wait_seconds is None:
                raise _given_up(stopped, hub, repo_id, remote) from stopped
            sleep(wait_seconds if stopped is None else patience_seconds(stopped, wait_seconds))


def _one_stream(hub: Hub, remote: RemoteFile, partial: PartialFile, report: Report) -> None:
    with hub.open_from(remote, partial.offset) as response:
        _align(response, partial)
        for piece in response.iter_raw():
            partial.write(piece)
            report(partial.offset)


def _align(response: httpx2.Response, partial: PartialFile) -> None:
    """Make the partial file end where the answer begins: a server may ignore a Range and send everything."""
    encoding = response.headers.get("Content-Encoding", "identity")
    written = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", ""))
    if encoding != "identity" or (response.status_code == 206 and (written is None)):
        raise Failed("The server sends the file in a form that was not asked for.", hint="Try another mirror.")
    begins = int(written.group(1)) if written is not None and response.status_code == 206 else 0
    if begins == partial.offset:
        return
    if begins != 0:
        raise Failed("The server sends another part of the file than was asked for.", hint="Try another mirror.")
    partial.start_anew()


def _given_up(stopped: httpx2.HTTPError | None, hub: Hub, repo_id: str, remote: RemoteFile) -> AspenError:
    if stopped is not None:
        return translated(stopped, hub.endpoint, repo_id, remote.name)
    return Unreachable(
        f"The server ends {remote.name} too early, again and again.",
        hint="Try again later: a download goes on where it stopped.",
        facts={"size_bytes": remote.size_bytes},
    )
