"""The built files go over the wire compressed; nothing that holds words or keys ever does."""

from __future__ import annotations

import gzip
from collections.abc import AsyncGenerator, Mapping

import pytest

from aspen.server.pages import Pages
from fakes.app_server import app_server

_PAGE = b'<script type="module"'


async def _verbs(verb: str, arguments: Mapping[str, object]) -> AsyncGenerator[Mapping[str, object]]:
    del arguments
    yield {"result": {"schema": 1, "verb": verb, "words": "the same words " * 1000}}


def _is_built() -> bool:
    return Pages().file("index.html") is not None


@pytest.mark.skipif(not _is_built(), reason="the page is not built: npm run build, in web/")
@pytest.mark.parametrize(
    ("accepted", "is_compressed"),
    [("gzip, deflate, br", True), ("br, GZIP;q=0.5", True), ("gzip;q=0, br", False), ("identity", False), ("", False)],
)
def test_a_built_file_is_compressed_for_a_browser_that_takes_it(accepted: str, *, is_compressed: bool) -> None:
    answer = Pages().index(accepted)
    body = bytes(answer.body)
    assert _PAGE in (gzip.decompress(body) if is_compressed else body)
    assert answer.headers.get("content-encoding") == ("gzip" if is_compressed else None)
    assert (answer.headers["vary"], answer.headers["cache-control"]) == ("accept-encoding", "no-cache")


@pytest.mark.skipif(not _is_built(), reason="the page is not built: npm run build, in web/")
def test_fonts_which_are_compressed_already_are_left_as_they_are() -> None:
    pages = Pages()
    fonts = [name for name in pages.names if name.endswith(".woff2")]
    assert fonts
    font = pages.file(fonts[0], "gzip")
    assert font is not None
    assert "content-encoding" not in font.headers


async def test_an_answer_of_the_api_is_never_compressed_whatever_the_browser_takes() -> None:
    async with app_server(_verbs) as server:
        await server.enter()
        answer = await server.client.post("/api/call/ps", json={}, headers={"accept-encoding": "gzip"})
        assert "content-encoding" not in answer.headers
        assert int(answer.headers["content-length"]) > 15_000
