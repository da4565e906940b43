"""Models, assistants, projects and settings in a real browser with the real service and the starter model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from opened_app import ANSWER_MS, ask, log_of, opened_app
from playwright.sync_api import Page, expect
from watched_page import WatchedPage

from aspen.library import starter
from fakes.gguf_writer import gguf
from fakes.hub_server import Behaviour, HubServer
from fakes.service_home import ServiceHome

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]

_MODEL = gguf() + bytes(6 << 20)
_SLOW = Behaviour(piece_pause_seconds=0.03)


@pytest.fixture
def hub(starter_home: ServiceHome) -> Iterator[HubServer]:
    """A hub that the home's service asks."""
    with HubServer(files={"tiny-Q4_0.gguf": _MODEL}, behaviour=_SLOW) as hub:
        starter_home.environment["HF_ENDPOINT"] = hub.endpoint
        yield hub


def _show(page: Page, screen: str) -> None:
    """Follow a link of the sidebar."""
    page.get_by_role("navigation", name="Conversations and screens").get_by_role("link", name=screen).click()


def _first_words(page: Page) -> None:
    prose = log_of(page).get_by_role("article", name="Answer").locator(".prose")
    expect(prose).to_contain_text(re.compile(r"\S"), timeout=ANSWER_MS)
    page.keyboard.press("Escape")  # a tiny model may go on for long
    expect(log_of(page)).to_have_attribute("aria-busy", "false", timeout=ANSWER_MS)


def test_a_model_is_loaded_asked_and_unloaded(starter_home: ServiceHome, open_page: OpenPage, picture: Picture) -> None:
    watched = open_page()
    page = opened_app(starter_home, watched)
    _show(page, "Models")
    page.get_by_role("button", name=f"Details of {starter.NAME}").click()
    page.get_by_role("button", name=f"Load {starter.NAME}").click()
    expect(page.get_by_role("button", name=f"Unload {starter.NAME}")).to_be_visible(timeout=ANSWER_MS)
    expect(page.get_by_role("heading", name="Good models for this computer")).to_be_visible()
    expect(page.get_by_text("Suggested")).to_be_visible()
    picture(watched, "models")
    assert watched.axe() == []
    page.get_by_role("button", name=f"Unload {starter.NAME}").click()
    expect(page.get_by_text("Nothing is loaded.")).to_be_visible()
    page.get_by_role("button", name=f"Ask {starter.NAME}").click()
    expect(page.get_by_role("button", name=f"Which model answers? {starter.NAME}")).to_be_visible()
    ask(page, "Say hello.")
    _first_words(page)


def test_a_download_is_stopped_gone_on_with_and_its_model_removed(
    starter_home: ServiceHome, hub: HubServer, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    page = opened_app(starter_home, watched)
    _show(page, "Models")
    reference = f"{hub.repo_id}:Q4_0"
    page.get_by_role("textbox", name="Another model").fill(reference)
    page.get_by_role("textbox", name="Another model").press("Enter")
    expect(page.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
    expect(page.get_by_text(re.compile(r"^[\d.]+ .B of 6"))).to_be_visible(timeout=ANSWER_MS)
    picture(watched, "models-download")
    page.get_by_role("button", name=f"Stop the download of {reference}").click()
    go_on = page.get_by_role("button", name=f"Go on with the download of {reference}")
    expect(go_on).to_be_visible(timeout=ANSWER_MS)
    hub.behaviour = replace(hub.behaviour, piece_pause_seconds=0.0)
    go_on.click()
    details = page.get_by_role("button", name=re.compile("^Details of .*tiny"))
    expect(details).to_be_visible(timeout=ANSWER_MS)
    ranges = [asked.headers.get("Range") for asked in hub.asked_of_storage if asked.method == "GET"]
    assert any(each is not None and not each.startswith("bytes=0-") for each in ranges), ranges
    details.click()
    page.get_by_role("button", name=re.compile("^Remove .*tiny")).click()
    expect(page.get_by_text("would have to be fetched again")).to_be_visible()
    page.get_by_role("group", name=re.compile("^Remove .*tiny")).get_by_role("button", name="Remove").click()
    expect(details).to_be_hidden(timeout=ANSWER_MS)


def test_an_assistant_is_made_with_pinned_weights_asked_and_brought_back(
    starter_home: ServiceHome, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    page = opened_app(starter_home, watched)
    _show(page, "Models")
    page.get_by_role("button", name="New assistant").click()
    form = page.get_by_role("form", name="A new assistant")
    form.get_by_role("textbox", name="Name").fill("proofreader")
    form.get_by_role("textbox", name="Instructions").fill("You correct spelling.")
    form.get_by_text("Parameters").click()
    form.get_by_role("textbox", name="Temperature").fill("0")
    form.get_by_role("textbox", name="Longest answer, in tokens").fill("8")
    form.get_by_role("button", name="Make it").click()
    details = page.get_by_role("button", name="Details of proofreader")
    expect(details).to_be_visible(timeout=ANSWER_MS)
    details.click()
    expect(page.get_by_text(starter.GGUF_SHA256, exact=True)).to_be_visible()
    picture(watched, "models-assistant")
    assert watched.axe() == []
    page.get_by_role("button", name="Remove proofreader").click()
    page.get_by_role("button", name="Undo").click()
    expect(details).to_be_visible(timeout=ANSWER_MS)
    page.get_by_role("button", name="Ask proofreader").click()
    ask(page, "teh cat")
    expect(log_of(page).get_by_text("Cut off at its limit.")).to_be_visible(timeout=ANSWER_MS)
    expect(page.get_by_role("button", name="Which model answers? proofreader")).to_be_visible()


def test_a_chat_in_a_project_takes_its_word_and_its_instructions_along(
    starter_home: ServiceHome, open_page: OpenPage, picture: Picture
) -> None:
    folder = starter_home.root / "letters"
    folder.mkdir()
    watched = open_page()
    page = opened_app(starter_home, watched)
    _show(page, "Projects")
    page.get_by_role("button", name="Add a project").click()
    form = page.get_by_role("form", name="Add a project")
    form.get_by_role("textbox", name="Folder").fill(str(folder))
    form.get_by_role("radio", name=re.compile("^Stays here")).check()
    form.get_by_role("button", name="Add a project").click()
    page.get_by_role("button", name="Details of letters").click()
    page.get_by_role("combobox", name="Who answers there").select_option(starter.NAME)
    page.get_by_role("textbox", name="Instructions").fill("Answer in one word, and formally.")
    page.get_by_role("button", name="Keep these").click()
    picture(watched, "projects")
    assert watched.axe() == []
    page.get_by_role("button", name="New chat in letters").click()
    expect(page.get_by_role("button", name="Project: letters")).to_be_visible()
    expect(page.get_by_role("button", name="Where may this chat go? Stays here", exact=True)).to_be_visible()
    ask(page, "Say hello.")
    _first_words(page)
    expect(page.locator(".composer").get_by_text("letters")).to_be_visible()
    listed = starter_home.call("list_conversations", project=str(folder))
    assert [each["word"] for each in listed["conversations"]] == ["stays-here"]


def test_a_project_that_nobody_answered_for_asks_once(starter_home: ServiceHome, open_page: OpenPage) -> None:
    folder = starter_home.root / "fair"
    folder.mkdir()
    starter_home.run("ps")
    starter_home.call("set_project", folder=str(folder), instructions="Be brief.")
    page = opened_app(starter_home, open_page())
    page.get_by_role("button", name="Choose a project for this chat").click()
    page.get_by_role("button", name=re.compile("^fair")).click()
    asked = page.get_by_role("region", name="What may happen to what you put into fair?")
    asked.get_by_role("button", name=re.compile("^Stays here")).click()
    expect(asked).to_be_hidden()
    expect(page.get_by_role("button", name="Where may this chat go? Stays here", exact=True)).to_be_visible()
    assert starter_home.call("project", folder=str(folder))["answer"] == "stays-here"


def test_a_setting_that_is_chosen_holds(starter_home: ServiceHome, open_page: OpenPage, picture: Picture) -> None:
    watched = open_page()
    page = opened_app(starter_home, watched)
    _show(page, "Settings")
    page.get_by_role("combobox", name="A model leaves memory").select_option("after 60 minutes without a question")
    page.get_by_role("combobox", name="Room for a conversation").select_option("2048")
    expect(page.get_by_role("combobox", name="Room for a conversation")).to_have_value("2048")
    picture(watched, "settings")
    assert watched.axe() == []
    ask_settings = starter_home.call("settings")
    assert ask_settings["values"]["engine_idle_unload_seconds"] == 3600
    _show(page, "Models")
    page.get_by_role("button", name=f"Details of {starter.NAME}").click()
    page.get_by_role("button", name=f"Load {starter.NAME}").click()
    expect(page.get_by_text("room for 2,048 tokens")).to_be_visible(timeout=ANSWER_MS)
    expect(page.get_by_text("leaves memory in 60 minutes")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1200, "dark"), (390, "dark")])
def test_axe_finds_nothing_on_what_is_really_shown(
    starter_home: ServiceHome, open_page: OpenPage, picture: Picture, width: int, scheme: str
) -> None:
    folder = starter_home.root / "letters"
    folder.mkdir()
    starter_home.run("ps")
    starter_home.call("set_project", folder=str(folder), answer="may-leave", instructions="Be brief.")
    watched = open_page(width=width, scheme=scheme)
    page = opened_app(starter_home, watched)
    for screen, last in (("models", "Suggested"), ("projects", "letters"), ("settings", "Version")):
        page.evaluate("screen => { location.hash = `#/${screen}` }", screen)
        expect(page.get_by_role("main").get_by_text(last, exact=True).first).to_be_visible(timeout=ANSWER_MS)
        for more in page.get_by_role("button", name=re.compile("^Details of")).all()[:1]:
            more.click()
        picture(watched, f"{screen}-{width}-{scheme}")
        assert watched.axe() == [], screen
