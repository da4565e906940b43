"""The gate's own pages: only they say yes, only to what waits, and no page of anybody else's shows or uses them."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import httpx2 as httpx
import pytest
from closed_home import GPT, ClosedHome
from watching import Watch

from aspen.channel.address import GATE_PAGE_SOCKET_NAME
from aspen.core.errors import AspenError
from aspen.window.places import ORIGIN
from fakes.gate_page import GatePage

STRANGERS = ("https://evil.example", "http://aspen.localhost.evil.example", "null", ORIGIN)


@contextmanager
def page_of(home: ClosedHome) -> Generator[GatePage]:
    """Come in as the sealed window does, over the gate's own socket."""
    opened = home.person.call("open_page", app_origin=ORIGIN, way="window")
    place = home.runtime / GATE_PAGE_SOCKET_NAME
    client = httpx.Client(transport=httpx.HTTPTransport(uds=str(place)), trust_env=False, timeout=20.0)
    with GatePage(str(opened["origin"]), client=client) as page:
        assert page.start(str(opened["key"])).status_code == 200
        yield page


def _declined(home: ClosedHome, frame: Any) -> None:
    home.person.call("decline", nonce=frame["nonce"])


@pytest.mark.parametrize("origin", STRANGERS)
def test_case_44_only_a_page_of_the_gates_own_says_yes(home: ClosedHome, watch: Watch, token: str, origin: str) -> None:
    answers: list[int] = []

    def meanwhile(frame: Any) -> None:
        told = {"nonce": frame["nonce"], "body_sha256": frame["body_sha256"]}
        with page_of(home) as page:
            answers.append(page.posts("/api/approve", told, origin=origin).status_code)
            answers.append(page.posts("/api/approve", told, origin=None).status_code)
        if home.waiting():
            _declined(home, frame)

    asked = home.ask(token, model=GPT, on_preview=meanwhile)
    assert answers == [403, 403]
    assert asked.error is not None
    assert watch.nothing_left()


def test_case_44_a_page_that_shows_other_bytes_than_wait_sends_nothing(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    refused: list[int] = []

    def meanwhile(frame: Any) -> None:
        with page_of(home) as page:
            shown = page.reads(f"/api/preview/{frame['nonce']}")
            assert token in shown["readable"]
            lie = {"nonce": frame["nonce"], "body_sha256": "0" * 64}
            refused.append(page.posts("/api/approve", lie).status_code)
        _declined(home, frame)

    assert home.ask(token, model=GPT, on_preview=meanwhile).error is not None
    assert refused == [400]
    assert watch.nothing_left()


def test_case_43_no_foreign_page_frames_reads_or_posts_to_the_gate(home: ClosedHome, watch: Watch, token: str) -> None:
    def meanwhile(frame: Any) -> None:
        with page_of(home) as page:
            shown = page.gets(f"/preview/{frame['nonce']}")
            assert f"frame-ancestors {ORIGIN};" in f"{shown.headers['content-security-policy']};"
            for stranger in STRANGERS[:3]:
                answer = page.gets("/api/pending", origin=stranger)
                assert (answer.status_code, token in answer.text) == (403, False)
                assert "access-control-allow-origin" not in answer.headers
            wrong_host = page.client.get(f"{page.origin}/api/pending", headers={"host": "evil.example"})
            assert wrong_host.status_code == 421
            page.cookie = ""
            assert page.gets("/api/pending").status_code == 401
        _declined(home, frame)

    assert home.ask(token, model=GPT, on_preview=meanwhile).error is not None
    assert watch.nothing_left()


def test_case_08_what_was_answered_here_is_not_words_just_typed_when_it_is_asked_again(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    told = home.ask_here(token, conversation="new").result
    again: dict[str, Any] = {"conversation": told["conversation"], "again": told["question"], "messages": []}
    assert home.ask("", model=GPT, **again).is_refused
    assert watch.nothing_left()


def test_case_08_a_kept_passage_is_in_no_bytes_and_the_old_preview_is_void(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    first: list[Any] = []

    def meanwhile(frame: Any) -> None:
        first.append(frame)
        (talk,) = {each["conversation_id"] for each in home.waiting()}
        (question,) = home.call("conversation", conversation=talk)["turns"]
        home.call("keep_here", conversation=talk, turn=question["turn"], passage=token)
        with pytest.raises(AspenError):
            home.person.approve(frame)
        first.append((talk, question["turn"]))

    asked = home.ask(f"The word is plum. {token}", model=GPT, conversation="new", on_preview=meanwhile)
    assert asked.error is not None
    talk, question = first[1]
    again: dict[str, Any] = {"conversation": talk, "again": question, "messages": []}
    answered = home.ask("", model=GPT, **again)
    assert answered.previews[0]["body_sha256"] != first[0]["body_sha256"]
    (received,) = watch.asked
    assert token.encode() not in received.body
    assert b"The word is plum." in received.body
    assert watch.leaks(token, home) == []
