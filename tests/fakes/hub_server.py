"""A real HTTP server on 127.0.0.1 with as much of the hub's protocol as huggingface_hub uses to download a model.

Two listeners: the hub itself, and the storage on another port that it redirects downloads to. Both remember what they
were asked. Its misbehaviours are fields of `Behaviour`, which a test may replace at any time.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
SIGNATURE = "X-Signature=storage-secret"

_PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """What goes wrong. `statuses` are given to one request of the hub each, then all is well."""

    statuses: tuple[int, ...] = ()
    always_status: int | None = None
    error_code: str = ""
    retry_after_seconds: int | None = None
    storage_status: int | None = None
    break_after_bytes: int | None = None
    breaks_left: int = 0
    stall_after_bytes: int | None = None
    piece_pause_seconds: float = 0.0
    serves_wrong_bytes: bool = False
    ignores_range: bool = False
    claimed_size_bytes: int | None = None
    claimed_commit: str = COMMIT
    redirect_to: str | None = None
    in_git: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(slots=True)
class HubServer:
    """A hub with one repository. Use as a context manager."""

    files: Mapping[str, bytes]
    repo_id: str = "acme/tiny"
    behaviour: Behaviour = field(default_factory=Behaviour)
    asked_of_hub: list[Asked] = field(default_factory=list[Asked])
    asked_of_storage: list[Asked] = field(default_factory=list[Asked])
    _released: threading.Event = field(default_factory=threading.Event)
    _listeners: list[_Listener] = field(default_factory=list["_Listener"])

    def __enter__(self) -> Self:
        self._listeners = [_Listener(self, _HubHandler), _Listener(self, _StorageHandler)]
        for listener in self._listeners:
            threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._released.set()
        for listener in self._listeners:
            listener.shutdown()
            listener.server_close()

    @property
    def endpoint(self) -> str:
        return self._listeners[0].address

    @property
    def storage(self) -> str:
        return self._listeners[1].address

    def etag(self, name: str) -> str:
        """The checksum that the hub promises: of LFS, or of git."""
        content = self.files[name]
        if self.behaviour.in_git:
            return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
        return hashlib.sha256(content).hexdigest()

    def ranges(self) -> list[str | None]:
        """The Range header of every download so far."""
        return [asked.headers.get("Range") for asked in self.asked_of_storage]

    def next_status(self) -> int | None:
        """Take the next planned refusal."""
        if self.behaviour.always_status is not None:
            return self.behaviour.always_status
        if not self.behaviour.statuses:
            return None
        first, *rest = self.behaviour.statuses
        self.behaviour = replace(self.behaviour, statuses=tuple(rest))
        return first

    def takes_a_break(self) -> bool:
        """Say whether this download is to be broken off."""
        if self.behaviour.break_after_bytes is None or self.behaviour.breaks_left == 0:
            return False
        self.behaviour = replace(self.behaviour, breaks_left=self.behaviour.breaks_left - 1)
        return True

    def stall(self) -> None:
        """Send nothing until the server is closed or released."""
        self._released.wait(timeout=60)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, hub: HubServer, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.hub = hub

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def hub(self) -> HubServer:
        assert isinstance(self.server, _Listener)
        return self.server.hub

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet."""

    def asked(self) -> Asked:
        return Asked(method=self.command, path=self.path, headers=dict(self.headers.items()))

    def answer(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _HubHandler(_Handler):
    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        self.hub.asked_of_hub.append(self.asked())
        path = unquote(urlsplit(self.path).path)
        if (status := self.hub.next_status()) is not None:
            self._refuse(status, self.hub.behaviour.error_code)
        elif path.startswith(f"/api/models/{self.hub.repo_id}/revision/"):
            self._describe_repository()
        elif match := re.fullmatch(rf"/{self.hub.repo_id}/resolve/([^/]+)/(.+)", path):
            self._resolve(match.group(2))
        else:
            self._refuse(HTTPStatus.NOT_FOUND, "RepoNotFound")

    def _refuse(self, status: int, error_code: str) -> None:
        headers = {"X-Error-Code": error_code} if error_code else {}
        if self.hub.behaviour.retry_after_seconds is not None:
            headers["Retry-After"] = str(self.hub.behaviour.retry_after_seconds)
        self.answer(status, headers)

    def _describe_repository(self) -> None:
        siblings = [
            {
                "rfilename": name,
                "size": len(content),
                "blobId": "0" * 40,
                "lfs": {"sha256": self.hub.etag(name), "size": len(content), "pointerSize": 134},
            }
            for name, content in self.hub.files.items()
        ]
        described = {"id": self.hub.repo_id, "sha": self.hub.behaviour.claimed_commit, "siblings": siblings}
        self.answer(HTTPStatus.OK, {"Content-Type": "application/json"}, json.dumps(described).encode())

    def _resolve(self, name: str) -> None:
        if name not in self.hub.files:
            self._refuse(HTTPStatus.NOT_FOUND, "EntryNotFound")
            return
        etag = self.hub.etag(name)
        size_bytes = self.hub.behaviour.claimed_size_bytes
        headers = {
            "X-Repo-Commit": self.hub.behaviour.claimed_commit,
            "X-Linked-Etag": f'"{etag}"',
            "X-Linked-Size": str(len(self.hub.files[name]) if size_bytes is None else size_bytes),
            "ETag": f'"{etag}"',
            "Location": f"{self.hub.behaviour.redirect_to or self.hub.storage}/{name}?{SIGNATURE}",
        }
        self.answer(HTTPStatus.FOUND, headers)


class _StorageHandler(_Handler):
    def do_GET(self) -> None:
        self.hub.asked_of_storage.append(self.asked())
        if self.hub.behaviour.storage_status is not None:
            self.answer(self.hub.behaviour.storage_status, {})
            return
        content = self.hub.files[unquote(urlsplit(self.path).path).removeprefix("/")]
        if self.hub.behaviour.serves_wrong_bytes:
            content = bytes(byte ^ 1 for byte in content)
        begin = 0
        if (asked := self.headers.get("Range")) and not self.hub.behaviour.ignores_range:
            begin = int(asked.removeprefix("bytes=").removesuffix("-"))
        self._send_head(begin, len(content))
        self._send_body(content[begin:])

    def _send_head(self, begin: int, total: int) -> None:
        self.send_response(HTTPStatus.PARTIAL_CONTENT if begin else HTTPStatus.OK)
        if begin:
            self.send_header("Content-Range", f"bytes {begin}-{total - 1}/{total}")
        self.send_header("Content-Length", str(total - begin))
        self.end_headers()

    def _send_body(self, content: bytes) -> None:
        breaks = self.hub.takes_a_break()
        for sent in range(0, len(content), _PIECE_BYTES):
            if breaks and sent >= (self.hub.behaviour.break_after_bytes or 0):
                self.close_connection = True
                return
            if self.hub.behaviour.stall_after_bytes is not None and sent >= self.hub.behaviour.stall_after_bytes:
                self.hub.stall()
                return
            self.wfile.write(content[sent : sent + _PIECE_BYTES])
            time.sleep(self.hub.behaviour.piece_pause_seconds)
