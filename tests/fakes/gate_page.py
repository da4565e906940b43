"""A browser at the gate's pages, as far as headers go: it says which origin asks, and keeps the gate's cookie.

page = open_page(gate)
page.reads("/api/pending")                    # the gate's own page
page.reads("/api/pending", origin=APP)        # the app's page
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx2 as httpx

from fakes.gate_process import RunningGate

APP = "http://127.0.0.1:4123"
OWN = "own"
"""In the place of an origin: whatever the page's own is."""

_OK = 200


@dataclass(slots=True)
class GatePage(AbstractContextManager["GatePage"]):
    """`origin` is where the gate's pages are."""

    origin: str
    cookie: str = ""
    client: httpx.Client = field(default_factory=lambda: httpx.Client(trust_env=False, timeout=20.0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()

    def start(self, key: str, *, origin: str | None = OWN) -> httpx.Response:
        """Bring a start key, and keep the cookie that comes for it."""
        answer = self.posts("/start", {"key": key}, origin=origin)
        if answer.status_code == _OK:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
            self.client.cookies.clear()  # a test says which cookie goes along
        return answer

    def gets(self, path: str, *, origin: str | None = None, **headers: str) -> httpx.Response:
        return self.client.get(f"{self.origin}{path}", headers=self._headers(origin, headers))

    def reads(self, path: str, *, origin: str | None = None) -> dict[str, Any]:
        """Return the object at a path, which must be there."""
        answer = self.gets(path, origin=origin)
        assert answer.status_code == _OK, answer.text
        told: dict[str, Any] = answer.json()
        return told

    def posts(
        self, path: str, told: Mapping[str, object], *, origin: str | None = OWN, **headers: str
    ) -> httpx.Response:
        return self.client.post(f"{self.origin}{path}", json=told, headers=self._headers(origin, headers))

    def _headers(self, origin: str | None, others: Mapping[str, str]) -> dict[str, str]:
        said = {} if origin is None else {"origin": self.origin if origin == OWN else origin}
        cookie = {"cookie": self.cookie} if self.cookie else {}
        return {**said, **cookie, **{name.replace("_", "-"): value for name, value in others.items()}}


def open_page(gate: RunningGate, app_origin: str = APP) -> GatePage:
    """Come in as a person does who has Aspen open a tab."""
    opened = gate.person.call("open_page", app_origin=app_origin)
    page = GatePage(opened["origin"])
    answer = page.start(opened["key"])
    assert answer.status_code == _OK, answer.text
    return page
