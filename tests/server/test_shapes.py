"""The page's types are those of the shapes, and what the real service is asked and answers is of these shapes."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest
from shape_misfits import misfits
from typescript_shapes import API, FOLDER, render

from aspen.core.label import PUBLIC, label_to_json
from aspen.server.workspace_api.shapes.events import EventFrame
from aspen.server.workspace_api.shapes.models import Models
from aspen.server.workspace_api.shapes.table import SHAPES
from aspen.server.workspace_api.verbs import VERBS
from fakes.gguf_writer import gguf
from fakes.hub_server import HubServer
from fakes.pdf_writer import pdf_of
from fakes.pictures import png_of
from fakes.service_home import ServiceHome, question

_SHORT = {"temperature": 0, "answer_tokens": 4}
_ENTRY = {
    "sequence": 7,
    "verdict": "sent",
    "approval": "rule",
    "label": label_to_json(PUBLIC),
    "zone": "cloud",
    "provider": "acme",
    "model": "acme-large",
    "purpose": "chat",
    "project": "fair",
    "paths": ["/home/ada/fair/a.txt"],
    "cost_microdollars": 5000,
    "body_bytes": 30_000,
    "happened_at": None,
    "recorded_at": "2026-11-18T12:00:00",
}


@dataclass(slots=True, kw_only=True)
class _Held:
    """Asks a real service, and holds what was asked and answered against the shapes."""

    home: ServiceHome
    called: set[str] = field(default_factory=set[str])
    events: set[str] = field(default_factory=set[str])
    misfits: list[str] = field(default_factory=list[str])

    def __call__(self, verb: str, **arguments: Any) -> dict[str, Any]:
        given, result = SHAPES[verb]
        with self.home.session() as session:
            *events, last = session.stream(verb, arguments)
        self.called.add(verb)
        self.misfits += misfits(arguments, given, f"{verb}: arguments")
        for event in events:
            self.misfits += misfits(event, EventFrame, f"{verb}: event")
            self.events.add(str(event["event"]))
        told = cast("dict[str, Any]", last["result"])
        self.misfits += misfits(told, result, verb)
        return told


def test_the_page_s_types_are_written_from_the_shapes() -> None:
    written = {path: path.read_text("utf-8") for path in (*FOLDER.glob("*.d.ts"), API / "shapes.d.ts")}
    assert written == render(), "python tests/server/typescript_shapes.py"


def test_every_verb_that_the_app_may_use_is_described() -> None:
    assert set(SHAPES) == VERBS


@pytest.mark.parametrize(("value", "place"), [({}, "schema"), ({"schema": "1"}, "schema"), ([], "result")])
def test_what_is_of_another_shape_is_named(value: object, place: str) -> None:
    assert any(place in sentence for sentence in misfits(value, Models))


def test_what_the_service_answers_is_of_its_shape(starter_home: ServiceHome) -> None:
    held = _Held(home=starter_home)
    _fetch_a_model(held)
    _ask_of_places(held)
    _ask_of_settings(held)
    _ask_of_models(held)
    files = _ask_of_files(held)
    _ask_of_chats(held, files)
    _ask_of_walls(held)
    assert held.misfits == []
    assert held.called == VERBS
    assert {"text", "progress", "decision", "remembered", "read", "passages", "plan"} <= held.events


def _fetch_a_model(held: _Held) -> None:
    with HubServer(files={"tiny-Q4_0.gguf": gguf()}) as hub:
        held.home.environment["HF_ENDPOINT"] = hub.endpoint
        held.home.run("ps")
        fetched = held("pull", reference=f"{hub.repo_id}:Q4_0")
    held("remove", name=fetched["name"])


def _ask_of_places(held: _Held) -> None:
    folder, file = held.home.root / "letters", held.home.root / "letter.txt"
    folder.mkdir()
    file.write_text("Dear Ann", "utf-8")
    held("set_project", folder=str(folder), answer="stays-here", instructions="Be brief.")
    held("project", folder=str(folder))
    held("declare_label", path=str(file), label="stays-here")
    held("label_of", path=str(file))
    held("list_labels")
    held("forget_label", path=str(file))
    held("forget_project", folder=str(folder))


def _ask_of_settings(held: _Held) -> None:
    held("settings")
    held("change_setting", name="context_tokens", value=2048)
    held("savings", month="2026-11")
    held("prices")
    held("check_rules", rules='[[rule]]\nthen = "ask"\n', path="mine.toml")
    held("check_rules")
    held("try_rules", entries=[_ENTRY])


def _ask_of_models(held: _Held) -> None:
    own = held.home.root / "own.gguf"
    own.write_bytes(next(held.home.folders.shelf.glob("*.gguf")).read_bytes())
    (held.home.folders.shelf / "broken.gguf").write_bytes(b"GGUF" + bytes(40))
    held("add", path=str(own), name="mine")
    made = held("create", **{"name": "poet", "from": "mine", "system": "Rhyme.", "parameters": {"temperature": 0.5}})
    held("copy", source="poet", target="bard")
    held("create", name="poet-again", modelfile=made["modelfile"])
    held("models")
    held("catalogue")
    held("show", name="mine")
    held("show", name="poet")
    for name in ("poet", "poet-again", "bard", "mine"):
        held("remove", name=name)
    (held.home.folders.shelf / "broken.gguf").unlink()
    held("setup")
    held("load", name="starter")
    held("ps")
    held("unload", name="starter")
    held("embed", input=["pears", "plums"])


def _ask_of_files(held: _Held) -> list[str]:
    """Let files wait in the new chat, and return their references."""
    notes = held.home.root / "notes.md"
    notes.write_text("# Pears\n\nThey are ripe in September.\n", "utf-8")
    attached = [
        _attach(held, "contract.pdf", pdf_of(["The parties are Ann and Bo.", "The contract ends in May 2031."])),
        _attach(held, "prices.csv", b"name,price\nbread,3\n"),
        held("attach_path", path=str(notes), conversation="new")["file"],
    ]
    _look_at_a_picture(held, _attach(held, "shot.png", png_of(40, 30)))
    held("attach_path", path=str(_folder_with(notes)), conversation="new")
    held("look_ahead", text="When?", files=attached)
    held("keep_draft", conversation="new", text="begun")
    held("read_draft", conversation="new")
    return attached


def _attach(held: _Held, name: str, content: bytes) -> str:
    return held("attach_file", name=name, base64=base64.b64encode(content).decode(), conversation="new")["file"]


def _look_at_a_picture(held: _Held, file: str) -> None:
    held("picture", file=file)
    held("detach_file", file=file)


def _folder_with(file: Path) -> Path:
    folder = file.with_name("orchard")
    folder.mkdir()
    (folder / file.name).write_bytes(file.read_bytes())
    return folder


def _ask_of_chats(held: _Held, files: list[str]) -> None:
    told = question("When does the contract end?", options=_SHORT, conversation="new", files=files, folder="/")
    made = held("ask", **told)
    chat, turn = made["conversation"], made["turn"]
    again = held("ask", conversation=chat, again=made["question"], options=_SHORT)
    view = held("conversation", conversation=chat, count=10)
    number = next(file["number"] for file in view["turns"][0]["files"] if "number" in file)
    held("passage", conversation=chat, turn=made["question"], number=number)
    held("choose_branch", conversation=chat, turn=turn)
    held("keep_here", conversation=chat, turn=again["question"] or made["question"])
    held("let_leave", conversation=chat, turn=turn)
    held("conversation", conversation=chat)
    held("pin_conversation", conversation=chat, is_pinned=True)
    held("rename_conversation", words=chat, title="The contract")
    held("label_conversation", words=chat, label="may-leave")
    held("list_conversations", count=5)
    held("open_conversation", words=chat, is_exact=True)
    assert held("search", text="contract", count=5)["found"]
    held("export_text", conversation=chat, form="markdown")
    held("delete_conversation", words=chat)
    held("restore_conversation", words=chat)
    held("delete_conversation", words=chat)
    held("list_conversations", deleted=True)
    held("purge_conversation", conversation=chat)
    held("ask", **question("Would it leave?", is_preview=True))


def _ask_of_walls(held: _Held) -> None:
    held("doctor")
    held("prove", canary="canary 0123456789abcdef")
