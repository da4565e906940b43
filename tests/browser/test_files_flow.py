"""Files in a real browser: dropped, pasted and picked, read and left out again, cited and opened."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect
from scripted_chats import ScriptedChats, saying
from served_app import ServedApp
from watched_page import WatchedPage

from aspen.core.errors import PromptTooLong
from fakes.docx_writer import bomb_of
from fakes.pdf_writer import pdf_of
from fakes.pictures import png_of
from fakes.service_home import ServiceHome

OpenPage = Callable[..., WatchedPage]
Picture = Callable[[WatchedPage, str], None]

_CONTRACT = ["The parties are Ann and Bo.", "The contract ends in May 2031. Notice is thirty days."]
_REFUSED = r"Failed to load resource: .* status of 4\d\d .*/api/call/attach_file"
"""What the browser itself writes to the console when a file is refused."""

_HAND_OVER = """({ files, target, kind, text }) => {
  const data = new DataTransfer();
  for (const [name, type, base64] of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  if (text) data.setData("text/plain", text);
  const at = document.querySelector(target);
  const options = { bubbles: true, cancelable: true };
  if (kind === "paste") at.dispatchEvent(new ClipboardEvent("paste", { ...options, clipboardData: data }));
  else for (const name of kind === "hold" ? ["dragenter", "dragover"] : ["dragenter", "dragover", "drop"])
    at.dispatchEvent(new DragEvent(name, { ...options, dataTransfer: data }));
}"""

_PASSAGES = {
    1: {"number": 1, "name": "contract.pdf", "words": "contract.pdf, p. 1", "text": _CONTRACT[0]},
    2: {
        "number": 2,
        "name": "contract.pdf",
        "words": "contract.pdf, p. 2",
        "before": f"{_CONTRACT[0]}\n\n",
        "text": _CONTRACT[1],
        "after": "\n\nSigned by both.",
    },
}


def _hand_over(
    page: Page, *files: tuple[str, str, bytes], kind: str = "drop", target: str = "main", text: str = ""
) -> None:
    """Drop or paste files as a browser does."""
    told = [[name, media_type, base64.b64encode(content).decode()] for name, media_type, content in files]
    page.evaluate(_HAND_OVER, {"files": told, "target": target, "kind": kind, "text": text})


def _chip(page: Page, name: str) -> Locator:
    return page.get_by_role("list", name="Files that go along").get_by_role("listitem").filter(has_text=name)


def _log(page: Page) -> Locator:
    return page.get_by_role("log", name="Conversation")


def _ask(page: Page, text: str) -> None:
    box = page.get_by_role("textbox", name="Ask", exact=True)
    box.fill(text)
    box.press("Enter")


def _is_done(page: Page) -> None:
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_visible(timeout=300_000)
    expect(_log(page)).to_have_attribute("aria-busy", "false")


def _start_url(home: ServiceHome) -> str:
    home.run("ps")
    told = home.call("open_page", in_tab=True)
    return f"http://127.0.0.1:{told['port']}/start#{told['start_key']}"


@pytest.fixture
def contract(chats: ScriptedChats) -> ScriptedChats:
    """A contract of two pages, and answers that cite its second one."""
    chats.files.facts["contract.pdf"] = {"kind": "pdf", "pages": 2, "words": 15}
    chats.files.passages.update(_PASSAGES)
    told = [{"number": number, "words": each["words"]} for number, each in _PASSAGES.items()]
    chats.answer = lambda _: [
        {"early": {"event": "read", "text": "Read contract.pdf whole."}},
        {"early": {"event": "passages", "passages": told}},
        *saying("It ends in **May 2031** [2], and no citation is [7] or `[1]`."),
    ]
    return chats


def test_a_pdf_is_dropped_read_by_the_real_core_and_its_passage_opens_after_a_reload(
    starter_home: ServiceHome, open_page: OpenPage
) -> None:
    page = open_page().enter(_start_url(starter_home))
    _hand_over(page, ("contract.pdf", "application/pdf", pdf_of(_CONTRACT)))
    expect(_chip(page, "contract.pdf")).to_contain_text("PDF · 2 pages, 16 words", timeout=300_000)
    page.reload()
    expect(_chip(page, "contract.pdf")).to_contain_text("2 pages")
    _ask(page, "When does the contract end?")
    _is_done(page)
    expect(_log(page)).to_contain_text("Read contract.pdf whole.")
    expect(_chip(page, "contract.pdf")).to_have_count(0)
    page.reload()
    expect(_log(page).get_by_role("article", name="You said")).to_contain_text("contract.pdf2 pages, 16 words")
    expect(_log(page)).to_contain_text("Read contract.pdf whole.")


def test_a_citation_opens_its_passage_by_keyboard_and_gives_the_focus_back(
    app: ServedApp, contract: ScriptedChats, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    page = watched.enter(app.start_url)
    _hand_over(page, ("contract.pdf", "application/pdf", b"%PDF-"))
    expect(_chip(page, "contract.pdf")).to_contain_text("2 pages, 15 words")
    _ask(page, "When does it end?")
    _is_done(page)
    assert contract.asked[-1]["files"] == ["attached:1"]
    page.reload()
    expect(_log(page).locator(".prose")).to_contain_text("and no citation is [7] or [1].")
    cited = _log(page).get_by_role("button", name="Open the passage: contract.pdf, p. 2")
    expect(cited).to_have_text("p. 2")
    cited.focus()
    page.keyboard.press("Enter")
    drawer = page.get_by_role("dialog", name="contract.pdf, p. 2")
    expect(drawer.locator("mark")).to_have_text(_CONTRACT[1])
    expect(drawer).to_contain_text("Signed by both.")
    picture(watched, "files-passage")
    assert watched.axe() == []
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(cited).to_be_focused()


def test_the_same_files_go_along_when_a_question_is_edited_or_asked_again(
    app: ServedApp, contract: ScriptedChats, open_page: OpenPage
) -> None:
    page = open_page().enter(app.start_url)
    _hand_over(page, ("contract.pdf", "application/pdf", b"%PDF-"))
    expect(_chip(page, "contract.pdf")).to_contain_text("2 pages")
    _ask(page, "When does it end?")
    _is_done(page)
    _log(page).get_by_role("button", name="Edit this question").click()
    edit = page.get_by_role("textbox", name="Edit this question")
    edit.fill("Who are the parties?")
    edit.press("Enter")
    _is_done(page)
    assert [asked["files"] for asked in contract.asked] == [["attached:1"], ["attached:1"]]


def test_files_of_a_question_that_failed_go_along_again_or_come_back_into_the_box(
    app: ServedApp, contract: ScriptedChats, open_page: OpenPage
) -> None:
    contract.answer = lambda _: [PromptTooLong("This is too long by 200 tokens.")]
    page = open_page().enter(app.start_url)
    _hand_over(page, ("contract.pdf", "application/pdf", b"%PDF-"))
    expect(_chip(page, "contract.pdf")).to_contain_text("2 pages")
    _ask(page, "When does it end?")
    card = page.get_by_role("region", name="Did not work")
    card.get_by_role("button", name="Edit the question").click()
    expect(_chip(page, "contract.pdf")).to_contain_text("2 pages")
    _ask(page, "When?")
    expect(card).to_be_visible()
    assert [asked["files"] for asked in contract.asked] == [["attached:1"], ["attached:1"]]
    card.get_by_role("button", name="Begin a new chat").click()
    expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()
    expect(_chip(page, "contract.pdf")).to_contain_text("2 pages")


def test_a_pasted_picture_is_shown_and_a_model_that_cannot_see_is_said_before_sending(
    app: ServedApp, chats: ScriptedChats, open_page: OpenPage, picture: Picture
) -> None:
    chats.files.facts["Pasted picture.png"] = {"kind": "picture", "width": 40, "height": 30}
    chats.files.ahead = {"sees_pictures": False, "sighted": ["sharp-eyes"]}
    watched = open_page()
    page = watched.enter(app.start_url)
    _hand_over(page, ("image.png", "image/png", png_of(40, 30)), kind="paste", target="textarea")
    chip = _chip(page, "Pasted picture.png")
    expect(chip).to_contain_text("Picture · 40 × 30")
    expect(chip.get_by_role("img", name="Picture: Pasted picture.png")).to_have_js_property("naturalWidth", 40)
    expect(page.get_by_text("scripted cannot see pictures.")).to_be_visible()
    picture(watched, "files-blind")
    assert watched.axe() == []
    chats.files.ahead = {"sees_pictures": True}
    page.get_by_role("button", name="Ask sharp-eyes").click()
    expect(page.get_by_text("cannot see pictures.")).to_have_count(0)
    page.reload()
    expect(chip.get_by_role("img")).to_have_js_property("naturalWidth", 40)


def test_a_long_text_becomes_a_file_and_can_go_back_into_the_box(
    app: ServedApp, chats: ScriptedChats, open_page: OpenPage
) -> None:
    page = open_page().enter(app.start_url)
    text = "A line of a long log.\n" * 400
    _hand_over(page, kind="paste", target="textarea", text=text)
    expect(_chip(page, "Pasted text.txt")).to_contain_text("12 words")
    assert chats.files.received["Pasted text.txt"].decode() == text
    page.get_by_role("button", name="Put it into the box").click()
    expect(_chip(page, "Pasted text.txt")).to_have_count(0)
    expect(page.get_by_role("textbox", name="Ask", exact=True)).to_have_value(text)
    _hand_over(page, kind="paste", target="textarea", text="short")
    expect(_chip(page, "Pasted text.txt")).to_have_count(0)


def test_what_was_left_out_comes_back_by_undo_and_goes_by_keyboard(
    app: ServedApp, contract: ScriptedChats, open_page: OpenPage
) -> None:
    del contract
    page = open_page().enter(app.start_url)
    expect(page.get_by_role("textbox", name="Ask", exact=True)).to_be_editable()
    page.wait_for_timeout(300)  # keys are offered once the box is there
    with page.expect_file_chooser() as chosen:
        page.keyboard.press("Control+u")
    chosen.value.set_files([{"name": "contract.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-"}])
    expect(_chip(page, "contract.pdf")).to_contain_text("2 pages")
    remove = page.get_by_role("button", name="Leave out contract.pdf")
    remove.focus()
    page.keyboard.press("Enter")
    expect(_chip(page, "contract.pdf")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(_chip(page, "contract.pdf")).to_contain_text("2 pages")


def test_a_folder_is_named_by_its_path_and_shows_its_label(
    app: ServedApp, chats: ScriptedChats, open_page: OpenPage, picture: Picture
) -> None:
    chats.files.facts["work"] = {"kind": "folder", "files": 7, "word": "stays-here", "notes": ["7 files to read."]}
    watched = open_page()
    page = watched.enter(app.start_url)
    page.get_by_role("button", name="Add files").click()
    field = page.get_by_role("textbox", name="A file or folder by its path")
    field.fill("/home/ann/work")
    picture(watched, "files-menu")
    assert watched.axe() == []
    field.press("Enter")
    expect(_chip(page, "work")).to_contain_text("Folder · 7 files · in passages")
    expect(_chip(page, "work")).to_contain_text("Stays here")


def test_hostile_files_are_refused_by_the_real_core_with_one_sentence_and_a_button(
    starter_home: ServiceHome, open_page: OpenPage, picture: Picture
) -> None:
    watched = open_page()
    watched.allowed.append(_REFUSED)
    page = watched.enter(_start_url(starter_home))
    _hand_over(page, ("bomb.docx", "", bomb_of(90 << 20)), ("setup.pdf", "application/pdf", b"MZ" + bytes(300)))
    expect(_chip(page, "setup.pdf")).to_contain_text("setup.pdf is a program", timeout=300_000)
    expect(_chip(page, "bomb.docx")).to_contain_text(re.compile(r"bomb\.docx .*\."))
    picture(watched, "files-hostile")
    assert watched.axe() == []
    for name in ("bomb.docx", "setup.pdf"):
        page.get_by_role("button", name=f"Leave out {name}").click()
        expect(_chip(page, name)).to_have_count(0)


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (1200, "dark"), (390, "light"), (390, "dark")])
def test_files_are_accessible_in_light_dark_and_narrow(
    app: ServedApp, contract: ScriptedChats, open_page: OpenPage, picture: Picture, width: int, scheme: str
) -> None:
    contract.files.facts["diary.txt"] = {"words": 120_000, "notes": ["Only the beginning was read."]}
    contract.files.facts["shot.png"] = {"kind": "picture", "width": 40, "height": 30}
    contract.files.ahead = {"in_passages": ["attached:2"]}
    watched = open_page(width=width, scheme=scheme)
    page = watched.enter(app.start_url)
    _hand_over(page, ("a.txt", "text/plain", b"a"), kind="hold")
    expect(page.get_by_text("Drop to add")).to_be_visible()
    picture(watched, f"files-drop-{width}-{scheme}")
    assert watched.axe() == []
    _hand_over(
        page,
        ("contract.pdf", "application/pdf", b"%PDF-"),
        ("diary.txt", "text/plain", b"Dear diary"),
        ("shot.png", "image/png", png_of(40, 30)),
    )
    expect(_chip(page, "shot.png")).to_contain_text("40 × 30")
    expect(page.get_by_text("diary.txt is too long to go whole.")).to_be_visible()
    picture(watched, f"files-chips-{width}-{scheme}")
    assert watched.axe() == []
    _ask(page, "When does it end?")
    _is_done(page)
    expect(_log(page).get_by_role("button", name="Open the passage: contract.pdf, p. 2").first).to_be_visible()
    picture(watched, f"files-answer-{width}-{scheme}")
    assert watched.axe() == []
    _log(page).get_by_role("button", name="Open the passage: contract.pdf, p. 2").first.click()
    expect(page.get_by_role("dialog").locator("mark")).to_be_visible()
    picture(watched, f"files-drawer-{width}-{scheme}")
    assert watched.axe() == []
