"""The page's types are those of the shapes, and what the real service answers is of these shapes."""

from __future__ import annotations

import pytest
from shape_misfits import misfits
from typescript_shapes import PATH, render

from aspen.server.workspace_api.shapes import SHAPES, Models
from aspen.server.workspace_api.verbs import VERBS
from fakes.service_home import ServiceHome


def test_the_page_s_types_are_written_from_the_shapes() -> None:
    assert PATH.read_text("utf-8") == render(), "python tests/server/typescript_shapes.py"


def test_only_verbs_that_the_app_may_use_are_described() -> None:
    assert set(SHAPES) <= VERBS


@pytest.mark.parametrize(("value", "place"), [({}, "schema"), ({"schema": "1"}, "schema"), ([], "result")])
def test_what_is_of_another_shape_is_named(value: object, place: str) -> None:
    assert any(place in sentence for sentence in misfits(value, Models))


def test_what_the_service_answers_is_of_its_shape(starter_home: ServiceHome) -> None:
    home = starter_home
    folder = home.root / "letters"
    folder.mkdir()
    file = home.root / "own.gguf"
    file.write_bytes(next(home.folders.shelf.glob("*.gguf")).read_bytes())
    home.run("ps")
    calls: list[tuple[str, dict[str, object]]] = [
        ("set_project", {"folder": str(folder), "answer": "stays-here", "instructions": "Be brief."}),
        ("project", {"folder": str(folder)}),
        ("declare_label", {"path": str(file), "label": "stays-here"}),
        ("add", {"path": str(file), "name": "mine"}),
        *((verb, {}) for verb in ("models", "catalogue", "settings", "savings", "list_labels")),
        ("change_setting", {"name": "context_tokens", "value": 2048}),
        ("load", {"name": "starter"}),
        ("unload", {"name": "starter"}),
        ("remove", {"name": "mine"}),
        ("forget_label", {"path": str(file)}),
        ("forget_project", {"folder": str(folder)}),
    ]
    assert {verb for verb, _ in calls} == set(SHAPES)
    for verb, arguments in calls:
        given, result = SHAPES[verb]
        assert list(misfits(arguments, given, "arguments")) == []
        assert list(misfits(home.call(verb, **arguments), result)) == [], verb
