"""The screens beside the chat in a real browser: models, palette, settings, projects, and what left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_FILE_PATH
from playwright.sync_api import Browser, Page, expect
from screens_app import BODY, Screens, ScreensGate, entry, screens
from screens_core import ScreensCore

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCREENS = ("models", "projects", "ledger", "settings")
FILLED_GATE = (
    entry(5, 22, "answered", of_sequence=4, cost_microdollars=3100, response_bytes=2048, status=200),
    entry(4, 22),
    entry(3, 4, "fetched", provider="", host="huggingface.co", response_bytes=480_000_000, purpose="download"),
    entry(2, 3, "refused", reasons=["Your rule: letters stay here."]),
    entry(1, 3, provider="other"),
)


@pytest.fixture
def shown(browser: Browser) -> Iterator[Screens]:
    core = ScreensCore(
        labels={"/home/you/letters": "stays-here"},
        projects={"/home/you/work": "ask"},
        conversations=["Invoice for the garden", "Entropy"],
    )
    with screens(browser, core, ScreensGate(entries=list(FILLED_GATE))) as opened:
        yield opened


def test_a_model_is_shown_with_how_it_fits_and_one_that_cannot_be_used_says_why(shown: Screens) -> None:
    shown.show("models")
    here = shown.page.get_by_role("region", name="On this computer")
    expect(here.get_by_text("Fits this computer").first).to_be_visible()
    expect(here.get_by_text("89 words a second")).to_be_visible()
    expect(here.get_by_text("other parts are missing")).to_be_visible()


def test_a_model_leaves_memory_by_its_button(shown: Screens) -> None:
    shown.show("models")
    shown.page.get_by_role("button", name="Unload smollm2:135m").click()
    expect(shown.page.get_by_text("Nothing is loaded.")).to_be_visible()
    assert shown.core.asked_for("unload") == [{"name": "smollm2:135m"}]


def test_a_model_is_loaded_and_another_application_s_says_how_to_remove_it(shown: Screens) -> None:
    shown.show("models")
    page = shown.page
    page.get_by_role("button", name="Details of gemma3:4b").click()
    page.get_by_role("button", name="Load gemma3:4b").click()
    expect(page.get_by_text("gemma3:4b is in memory.")).to_be_visible()
    expect(page.get_by_role("button", name="Unload gemma3:4b")).to_be_visible()
    expect(page.get_by_text("This model is another application's: ollama rm gemma3:4b")).to_be_visible()
    assert page.get_by_role("button", name="Remove gemma3:4b").count() == 0


def test_a_download_shows_how_far_it_is_and_goes_on_where_it_was_stopped(shown: Screens) -> None:
    page = shown.page
    shown.show("models")
    page.get_by_role("button", name="Download Qwen3 0.6B").click()
    expect(page.get_by_role("progressbar", name="Download of qwen3:0.6b")).to_be_visible()
    page.get_by_role("button", name="Stop the download of qwen3:0.6b").click()
    expect(page.get_by_text(re.compile("Stopped at .* What has come is kept"))).to_be_visible()
    stopped_at = shown.core.fetched_bytes
    shown.show("settings")
    shown.show("models")
    shown.core.fetched_bytes = max(stopped_at, 470_000_000)
    page.get_by_role("button", name="Go on with the download of qwen3:0.6b").click()
    expect(page.get_by_role("region", name="On this computer").get_by_text("qwen3:0.6b")).to_be_visible()
    assert shown.core.asked_for("pull") == [{"reference": "qwen3:0.6b"}] * 2


def test_a_download_lives_on_when_the_page_is_loaded_again(shown: Screens) -> None:
    page = shown.page
    shown.show("models")
    page.get_by_role("button", name="Download Qwen3 0.6B").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.reload()
    expect(page.get_by_role("progressbar", name="Download of qwen3:0.6b")).to_be_visible()
    page.get_by_role("button", name="Stop the download of qwen3:0.6b").click()
    expect(page.get_by_role("button", name="Go on with the download of qwen3:0.6b")).to_be_visible()


def test_an_assistant_is_made_by_keyboard_and_comes_back_after_it_was_removed(shown: Screens) -> None:
    page = shown.page
    shown.show("models")
    page.get_by_role("button", name="New assistant").press("Enter")
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("proofreader")
    page.get_by_label("Instructions").fill("You correct spelling.")
    page.get_by_role("button", name="Make it").press("Enter")
    page.get_by_role("button", name="Details of proofreader").click()
    expect(page.get_by_text("9c1f" * 16)).to_be_visible()
    page.get_by_role("button", name="Remove proofreader").click()
    expect(page.get_by_role("button", name="Details of proofreader")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Details of proofreader")).to_be_visible()
    assert shown.core.assistants["proofreader"]["system"] == "You correct spelling."


def test_a_file_that_was_added_can_be_forgotten_and_brought_back(shown: Screens) -> None:
    page = shown.page
    shown.show("models")
    page.get_by_label("Add a file of yours").fill("/home/you/own.gguf")
    page.get_by_label("Add a file of yours").press("Enter")
    page.get_by_role("button", name="Details of own").click()
    page.get_by_role("button", name="Remove own").click()
    expect(page.get_by_role("button", name="Keep it")).to_be_focused()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_role("button", name="Details of own")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Details of own")).to_be_visible()


def test_the_palette_reaches_screens_chats_and_models_without_a_mouse(shown: Screens) -> None:
    page = shown.page
    for typed, chosen, place in (
        ("what left", "What left", "#/ledger"),
        ("garden", "Invoice for the garden", "#/chat/c0000000"),
        ("ask gemma", "Ask gemma3:4b", "#/chat"),
    ):
        page.keyboard.press("Control+k")
        box = page.get_by_role("combobox", name="Find anything")
        expect(box).to_be_focused()
        page.keyboard.type(typed)
        option = page.get_by_role("option", name=chosen)
        expect(option).to_have_attribute("aria-selected", "true")
        expect(box).to_have_attribute("aria-activedescendant", option.get_attribute("id") or "")
        page.keyboard.press("Enter")
        expect(page).to_have_url(re.compile(re.escape(place)))
        expect(box).to_have_count(0)


def test_the_palette_moves_round_its_options_and_gives_the_focus_back(shown: Screens) -> None:
    page = shown.page
    shown.show("models")
    opener = page.get_by_role("button", name="New assistant")
    opener.focus()
    page.keyboard.press("Control+k")
    options = page.get_by_role("option")
    expect(page.get_by_role("option", name="Ask gemma3:4b")).to_be_attached()
    expect(page.get_by_role("option", name="Entropy")).to_be_attached()
    expect(options.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_question_mark_shows_the_keys_but_not_where_one_writes(shown: Screens) -> None:
    page = shown.page
    shown.show("settings")
    search = page.get_by_role("searchbox", name="Search settings")
    search.focus()
    page.keyboard.type("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_hidden()
    search.fill("")
    page.get_by_role("button", name="Prove it").focus()
    page.keyboard.type("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()


def test_settings_are_found_by_a_word_and_text_grows_and_stays_grown(shown: Screens) -> None:
    page = shown.page
    shown.show("settings")
    page.get_by_role("searchbox", name="Search settings").fill("text size")
    expect(page.get_by_role("region", name="Walls")).to_have_count(0)
    before = page.get_by_role("heading", level=1).bounding_box()
    page.get_by_role("radio", name="Larger").check()
    after = page.get_by_role("heading", level=1).bounding_box()
    assert before and after and after["height"] > before["height"]
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-text", "larger")


def test_a_setting_is_chosen_and_one_that_stands_in_a_file_says_where(shown: Screens) -> None:
    shown.show("settings")
    page = shown.page
    page.get_by_role("combobox", name="A model leaves memory").select_option("after 30 minutes without a question")
    expect(page.get_by_role("combobox", name="A model leaves memory")).to_have_value("1800")
    page.get_by_role("combobox", name="Who answers").select_option("gemma3:4b")
    expect(page.get_by_role("combobox", name="Who answers")).to_have_value("gemma3:4b")
    page.get_by_role("combobox", name="Who answers").select_option("Aspen's choice")
    expect(page.get_by_role("combobox", name="Who answers")).to_have_value("")
    assert shown.core.asked_for("change_setting") == [
        {"name": "engine_idle_unload_seconds", "value": 1800},
        {"name": "default_model", "value": "gemma3:4b"},
        {"name": "default_model", "value": None},
    ]
    assert page.get_by_role("combobox", name="Aspen ends itself").count() == 0
    expect(page.get_by_text("Set as idle_exit_seconds in /home/you/.config/aspen/settings.toml.")).to_be_visible()


def test_a_proof_is_told_line_by_line_with_what_it_cannot_show(shown: Screens) -> None:
    page = shown.page
    shown.show("settings")
    page.get_by_role("button", name="Prove it").click()
    expect(page.get_by_text("Everything held. Tried at")).to_be_visible()
    expect(page.get_by_text("3 of 3 ways out refused by the kernel").first).to_be_visible()
    expect(page.get_by_text("is no proof to others")).to_be_visible()
    (told,) = shown.core.asked_for("prove")
    assert len(told["canary"]) >= 16


def test_what_may_happen_to_a_project_changes_and_changes_back(shown: Screens) -> None:
    page = shown.page
    shown.show("projects")
    word = page.get_by_role("combobox", name="What may happen to work")
    word.select_option(label="Stays here")
    expect(word).to_have_value("stays-here")
    page.get_by_role("button", name="Undo").click()
    expect(word).to_have_value("ask")
    assert shown.core.projects == {"/home/you/work": "ask"}


def test_a_project_has_a_model_and_instructions_and_begins_a_chat(shown: Screens) -> None:
    shown.show("projects")
    page = shown.page
    (folder,) = shown.core.projects
    name = folder.rpartition("/")[2]
    page.get_by_role("button", name=f"Details of {name}").click()
    page.get_by_role("combobox", name="Who answers there").select_option("gemma3:4b")
    page.get_by_role("textbox", name="Instructions").fill("Write formally.")
    page.get_by_role("button", name="Keep these").click()
    expect(page.get_by_role("button", name="Keep these")).to_be_disabled()
    assert shown.core.details[folder]["instructions"] == "Write formally."
    assert shown.core.details[folder]["default_model"] == "gemma3:4b"
    page.get_by_role("button", name=f"New chat in {name}").click()
    expect(page.get_by_role("button", name=f"Project: {name}")).to_be_visible()


def test_a_label_is_forgotten_and_brought_back_by_its_whole_path(shown: Screens) -> None:
    page = shown.page
    shown.show("projects")
    page.get_by_role("button", name="Forget what was said of ~/letters").click()
    expect(page.get_by_text("Nothing was said of any file or folder.")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("~/letters", exact=True)).to_be_visible()
    assert shown.core.labels == {"/home/you/letters": "stays-here"}


def test_a_path_is_labelled_in_the_form_and_the_form_goes(shown: Screens) -> None:
    page = shown.page
    shown.show("projects")
    page.get_by_role("button", name="Add a file or folder").click()
    page.get_by_label("File or folder", exact=True).fill("/home/you/contract.pdf")
    page.get_by_role("radio", name="May leave").check()
    page.get_by_role("button", name="Say so").click()
    expect(page.get_by_role("combobox", name="What may happen to ~/contract.pdf")).to_have_value("may-leave")
    expect(page.get_by_role("button", name="Say so")).to_have_count(0)


def test_the_month_says_what_left_and_a_day_narrows_the_list(shown: Screens) -> None:
    page = shown.page
    shown.show("ledger")
    size = 2 * len(BODY)
    expect(page.get_by_text(f"In November 2 messages ({size} bytes) left, to 2 services.")).to_be_visible()
    expect(page.get_by_text("Nothing left on 20 of 22 days.")).to_be_visible()
    entries = page.get_by_role("region", name="Entries").get_by_role("listitem")
    expect(entries).to_have_count(3)
    page.get_by_role("button", name=re.compile("^November 3:")).click()
    expect(entries).to_have_count(1)
    page.get_by_role("radio", name="Everything").check()
    expect(entries).to_have_count(2)
    expect(page.get_by_text("Your rule: letters stay here.")).to_be_visible()


def test_what_local_saved_is_one_quiet_line_with_its_formula_and_can_be_hidden(shown: Screens) -> None:
    shown.show("ledger")
    page = shown.page
    line = page.get_by_text(re.compile(r"^About \$4\.10 at list price, had 212 answers of this computer gone to"))
    expect(line).to_be_visible()
    page.get_by_text("How this is estimated").click()
    expect(page.get_by_text("Electricity is not measured.")).to_be_visible()
    page.get_by_role("button", name="Hide this line").click()
    expect(line).to_be_hidden()
    page.reload()
    expect(page.get_by_role("button", name="Show what local saved")).to_be_visible()
    page.get_by_role("button", name="Show what local saved").click()
    expect(line).to_be_visible()


def test_exact_bytes_are_shown_and_their_hash_is_checked_in_the_page(shown: Screens) -> None:
    page = shown.page
    shown.show("ledger")
    page.get_by_role("button", name="Details of entry 4").click()
    page.get_by_role("button", name="View exact bytes").click()
    expect(page.get_by_role("region", name="What left, to the byte")).to_have_text(BODY.decode())
    expect(page.get_by_text("Their SHA-256 is the one in the ledger.")).to_be_visible()
    forget = page.get_by_role("link", name="Forget bytes")
    expect(forget).to_have_attribute("href", f"{shown.origin}/forget/4")


def test_the_ledger_is_searched_and_checked(shown: Screens) -> None:
    page = shown.page
    shown.show("ledger")
    page.get_by_role("searchbox", name="Search entries").fill("huggingface")
    expect(page.get_by_role("region", name="Entries").get_by_role("listitem")).to_have_count(1)
    page.get_by_role("button", name="Check the ledger").click()
    expect(page.get_by_text("The ledger is whole: 5 entries in one chain")).to_be_visible()


def test_an_empty_ledger_says_what_will_be_there(browser: Browser) -> None:
    with screens(browser) as opened:
        opened.show("ledger")
        told = "Nothing yet. When something leaves, it will be written here first."
        expect(opened.page.get_by_text(told)).to_be_visible()


def test_the_page_closes_the_gate_and_leads_to_the_gate_to_open_it(shown: Screens) -> None:
    page = shown.page
    toggle = page.get_by_role("button", name="Airplane mode", exact=True).first
    expect(toggle).to_have_attribute("aria-pressed", "false")
    page.keyboard.press("Control+Shift+A")
    expect(toggle).to_have_attribute("aria-pressed", "true")
    assert shown.gate.posted == [("/api/airplane", {"on": True})]
    with page.context.expect_page() as opened:
        toggle.click()
    assert opened.value.url == f"{shown.origin}/airplane"
    assert shown.gate.posted == [("/api/airplane", {"on": True})]


def test_what_goes_wrong_is_one_sentence_and_its_button_mends_it(browser: Browser) -> None:
    core = ScreensCore(broken={"list_labels"})
    with screens(browser, core) as opened:
        opened.show("projects")
        expect(opened.page.get_by_text("There is nothing like that.")).to_be_visible()
        core.broken.clear()
        opened.page.get_by_role("button", name="Try again").click()
        expect(opened.page.get_by_text("Nothing was said of any file or folder.")).to_be_visible()
        opened.complaints[:] = [each for each in opened.complaints if "404" not in each]


@pytest.mark.parametrize("width", [1200, 390, 360])
def test_no_screen_is_wider_than_the_window(shown: Screens, width: int) -> None:
    shown.page.set_viewport_size({"width": width, "height": 800})
    for screen in SCREENS:
        shown.show(screen)
        expect(shown.page.get_by_role("heading", level=2).first).to_be_visible()
        main = shown.page.get_by_role("main")
        assert main.evaluate("main => main.scrollWidth - main.clientWidth") <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
def test_axe_finds_nothing_on_any_screen(shown: Screens, scheme: str, width: int) -> None:
    page = shown.page
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for screen in SCREENS:
        shown.show(screen)
        expect(page.get_by_role("heading", level=2).first).to_be_visible()
        for more in page.get_by_role("button", name=re.compile("^Details of")).all()[:1]:
            more.click()
        assert _violations(page) == []
    page.keyboard.press("Control+k")
    expect(page.get_by_role("listbox").get_by_role("option").first).to_be_visible()
    assert _violations(page) == []


def _violations(page: Page) -> list[str]:
    page.evaluate(Path(AXE_FILE_PATH).read_text("utf-8"))
    options = json.dumps({"runOnly": {"type": "tag", "values": AXE_TAGS}, "resultTypes": ["violations"]})
    found = page.evaluate(f"axe.run(document, {options}).then((told) => told.violations)")
    return [f"{each['id']}: {each['nodes'][0]['html']}" for each in found]
