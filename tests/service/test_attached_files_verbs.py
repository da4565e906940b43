"""Files that come to the app as bytes, through a real core and the real reader in its jail."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import AspenError, error_to_json
from fakes.docx_writer import bomb_of, docx_of, paragraph
from fakes.pdf_writer import deep_pdf, pdf_of
from fakes.pictures import png_of
from fakes.service_home import ServiceHome

SHORT = {"temperature": 0, "answer_tokens": 8}
CONTRACT = ["The parties are Ann and Bo.", "The contract ends in May 2031."]


def _attach(home: ServiceHome, name: str, content: bytes, conversation: str = "new") -> dict[str, Any]:
    encoded = base64.b64encode(content).decode()
    try:
        return home.call("attach_file", name=name, base64=encoded, conversation=conversation)
    except AspenError as error:
        return {"error": error_to_json(error)}


def _ask(home: ServiceHome, *files: str, words: str = "When does it end?", **more: Any) -> list[dict[str, Any]]:
    told = {"messages": [{"role": "user", "content": words}], "files": files, "conversation": "new", "options": SHORT}
    return list(home.run("ask", json.dumps({**told, **more})).frames)


def _waiting(home: ServiceHome, conversation: str = "new") -> list[dict[str, Any]]:
    return home.run("read_draft", json.dumps({"conversation": conversation})).result["attached"]


@pytest.fixture(autouse=True)
def _nothing_waits(shared_home: ServiceHome) -> None:
    for file in _waiting(shared_home):
        shared_home.run("detach_file", json.dumps({"file": file["file"]}))


def test_what_was_read_is_said_in_the_units_of_its_kind(shared_home: ServiceHome) -> None:
    contract = _attach(shared_home, "contract.pdf", pdf_of(CONTRACT))
    assert (contract["kind"], contract["pages"], contract["words"], contract["word"]) == ("pdf", 2, 12, None)
    table = _attach(shared_home, "C:\\tables\\prices.csv", b"name,price\nbread,3\nmilk,1\n")
    assert (table["name"], table["kind"], table["rows"]) == ("prices.csv", "csv", 2)
    picture = _attach(shared_home, "shot.png", png_of(40, 30))
    assert (picture["kind"], picture["width"], picture["height"]) == ("picture", 40, 30)
    again = _attach(shared_home, "contract.pdf", pdf_of(["Another."]))
    assert again["name"] == "contract (2).pdf"
    assert [each["name"] for each in _waiting(shared_home)] == [
        *("contract.pdf", "prices.csv", "shot.png", "contract (2).pdf")
    ]


def test_a_question_takes_it_along_and_its_passages_open_afterwards(shared_home: ServiceHome) -> None:
    file = _attach(shared_home, "contract.pdf", pdf_of(CONTRACT))
    frames = _ask(shared_home, file["file"])
    result = frames[-1]["result"]
    assert (result["passages_read"], result["files_read"]) == (2, 1)
    told = [frame["passages"] for frame in frames if frame.get("event") == "passages"]
    assert told == [[{"number": n, "words": f"contract.pdf, p. {n}"} for n in (1, 2)]]
    assert _waiting(shared_home) == []

    chat = result["conversation"]
    view = shared_home.run("conversation", json.dumps({"conversation": chat})).result
    question, answer = view["turns"]
    assert [(each["number"], each["words"]) for each in question["files"]] == [
        *((1, "contract.pdf, p. 1"), (2, "contract.pdf, p. 2"))
    ]
    assert [(each["file"], each["pages"]) for each in question["attached"]] == [(file["file"], 2)]
    assert answer["read"] == ["Read contract.pdf whole."]
    asked = {"conversation": chat, "turn": question["turn"], "number": 2}
    passage = shared_home.run("passage", json.dumps(asked)).result
    assert (passage["words"], passage["text"].strip()) == ("contract.pdf, p. 2", CONTRACT[1])
    assert CONTRACT[0] in passage["before"]
    assert shared_home.run("passage", json.dumps({**asked, "number": 9})).error["code"] == "not_found"


def test_the_same_file_goes_along_again_with_an_edit(shared_home: ServiceHome) -> None:
    file = _attach(shared_home, "notes.md", b"# Fair\n\nThe fair is in May.\n")
    first = _ask(shared_home, file["file"])[-1]["result"]
    again = _ask(shared_home, file["file"], words="Where?", conversation=first["conversation"], parent="")
    view = shared_home.run("conversation", json.dumps({"conversation": first["conversation"]})).result
    assert again[-1]["result"]["passages_read"] == 1
    assert [each["name"] for each in view["turns"][0]["attached"]] == ["notes.md"]
    assert len(view["turns"][0]["siblings"]) == 2


def test_a_file_that_is_no_longer_kept_is_said_before_anybody_is_asked(shared_home: ServiceHome) -> None:
    file = _attach(shared_home, "notes.md", b"Words.")
    shared_home.run("detach_file", json.dumps({"file": file["file"]}))
    error = _ask(shared_home, file["file"])[-1]["error"]
    assert (error["code"], error["hint"]) == ("not_found", "Attach it again.")


def test_a_picture_comes_back_and_goes_to_no_model_that_cannot_see(shared_home: ServiceHome) -> None:
    encoded = png_of(8, 8)
    file = _attach(shared_home, "shot.png", encoded)
    told = shared_home.run("picture", json.dumps({"file": file["file"]})).result
    assert (told["media_type"], base64.b64decode(told["base64"])) == ("image/png", encoded)
    decision = _ask(shared_home, file["file"])[-1]["result"]["decision"]
    assert decision["kind"] == "refusal"
    assert _waiting(shared_home) != [], "what was not asked is still to be had"


def test_a_path_is_read_anew_and_keeps_its_label(shared_home: ServiceHome, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "plan.md").write_text("The zeppelin lands at noon.\n")
    shared_home.run("declare_label", json.dumps({"path": str(folder), "label": "stays-here"}))
    told = {"path": str(folder / "plan.md"), "conversation": "new"}
    file = shared_home.run("attach_path", json.dumps(told)).result
    assert (file["word"], file["kind"], file["path"]) == ("stays-here", "markdown", str(folder / "plan.md"))
    whole = shared_home.run("attach_path", json.dumps({**told, "path": str(folder)})).result
    assert (whole["word"], whole["kind"], whole["files"]) == ("stays-here", "folder", 1)
    (folder / "plan.md").write_text("The zeppelin lands at midnight.\n")
    result = _ask(shared_home, file["file"], words="When does the zeppelin land?")[-1]["result"]
    view = shared_home.run("conversation", json.dumps({"conversation": result["conversation"]})).result
    assert view["turns"][0]["word"] == "stays-here"
    asked = {"conversation": result["conversation"], "turn": view["turns"][0]["turn"], "number": 1}
    passage = shared_home.run("passage", json.dumps(asked)).result
    assert passage["text"].strip() == "The zeppelin lands at midnight."


def test_words_of_an_unknown_file_have_the_label_of_the_chat(shared_home: ServiceHome) -> None:
    file = _attach(shared_home, "notes.md", b"Nobody knows where this comes from.")
    result = _ask(shared_home, file["file"], label="stays-here")[-1]["result"]
    view = shared_home.run("conversation", json.dumps({"conversation": result["conversation"]})).result
    assert view["turns"][0]["word"] == "stays-here"
    file = _attach(shared_home, "notes.md", b"Nobody knows where this comes from.")
    unset = _ask(shared_home, file["file"])[-1]["result"]
    view = shared_home.run("conversation", json.dumps({"conversation": unset["conversation"]})).result
    assert view["turns"][0]["word"] == "ask"


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("setup.pdf", b"MZ" + bytes(300), "setup.pdf is a program, and cannot be read as a document."),
        ("old.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "old.docx is an old Office file"),
        ("sheet.csv", b"PK\x03\x04" + b"xl/workbook.xml", "sheet.csv is a spreadsheet, which cannot be read so far."),
        ("empty.txt", b"", "empty.txt is empty."),
        ("bomb.png", b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0\1\0\0" * 2, "65,536 by 65,536 pixels"),
        ("bomb.docx", bomb_of(90 << 20), "bomb.docx"),
        ("deep.pdf", deep_pdf(200_000), "deep.pdf"),
    ],
)
def test_what_cannot_be_read_is_one_honest_sentence_and_nothing_waits(
    shared_home: ServiceHome, name: str, content: bytes, said: str
) -> None:
    error = _attach(shared_home, name, content)["error"]
    assert said in error["sentence"]
    assert len(error["sentence"]) < 250
    assert _waiting(shared_home) == []
    assert _attach(shared_home, "fine.pdf", pdf_of(["All is well."]))["pages"] == 1


def test_what_is_only_in_part_read_says_so(shared_home: ServiceHome) -> None:
    macros = docx_of(paragraph("Thirty days."), {"word/vbaProject.bin": b"macro"})
    assert "macro" in " ".join(_attach(shared_home, "terms.docx", macros)["notes"])
    long = _attach(shared_home, "long.pdf", pdf_of([f"Page {n}." for n in range(10_000)]))
    assert long["pages"] <= 3000
    assert "10,000" in " ".join(long["notes"])


def test_what_is_not_base64_or_far_too_large_is_refused(shared_home: ServiceHome) -> None:
    odd = {"name": "a.txt", "base64": "no, not that", "conversation": "new"}
    assert shared_home.run("attach_file", json.dumps(odd)).error["code"] == "misused"
    gone = {"name": "a.txt", "base64": "YQ==", "conversation": "0" * 32}
    assert shared_home.run("attach_file", json.dumps(gone)).error["code"] == "not_found"


def test_before_anything_is_asked_it_is_said_what_goes_whole_and_who_can_see(shared_home: ServiceHome) -> None:
    short = _attach(shared_home, "notes.md", b"The fair is in May.")
    days = "\n\n".join(f"Day {day}. Nothing of note happened, and the weather stayed." for day in range(20_000))
    long = _attach(shared_home, "diary.txt", days.encode())
    picture = _attach(shared_home, "shot.png", png_of(8, 8))
    told = {"conversation": "new", "files": [short["file"]]}
    fits = shared_home.run("look_ahead", json.dumps(told)).result
    assert (fits["in_passages"], fits["is_full"], fits["sees_pictures"], fits["sighted"]) == ([], False, False, [])
    assert fits["model"] and fits["room_tokens"] > 100
    told["files"] = [short["file"], long["file"], picture["file"]]
    assert shared_home.run("look_ahead", json.dumps(told)).result["in_passages"] == [long["file"]]
