"""The commands about what is on this disk: models, files of one's own, assistants, downloads and their removal."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from aspen.core.errors import AspenError, BadModelFile, Failed, Misused, NotFound, Unreachable
from aspen.library import starter
from fakes.gguf_writer import gguf
from fakes.hub_server import HubServer
from fakes.service_home import ServiceHome


def _names(home: ServiceHome) -> list[str]:
    return [model["name"] for model in home.call("models")["models"]]


def _own_file(home: ServiceHome, name: str = "own.gguf") -> Path:
    file = home.root / name
    file.write_bytes(gguf())
    return file


def test_every_model_is_listed_with_what_its_header_says_and_how_it_fits(shared_home: ServiceHome) -> None:
    (model,) = [model for model in shared_home.call("models")["models"] if model["name"] == starter.NAME]
    assert (model["store"], model["architecture"], model["quantization"]) == ("shelf", "llama", "Q4_1")
    assert (model["size_bytes"], model["problem"], model["skills"]) == (starter.GGUF_BYTES, None, ["chat"])
    assert model["fit"]


def test_a_file_that_cannot_be_used_is_listed_with_its_problem_and_hides_nothing(shared_home: ServiceHome) -> None:
    broken = shared_home.folders.shelf / "broken.gguf"
    broken.write_bytes(b"GGUF" + bytes(40))
    try:
        problems = {model["name"]: model["problem"] for model in shared_home.call("models")["models"]}
    finally:
        broken.unlink()
    assert problems[starter.NAME] is None
    assert [problem for problem in problems.values() if problem]


def test_showing_a_model_gives_its_template_and_its_files(shared_home: ServiceHome) -> None:
    shown = shared_home.call("show", name="starter")
    assert "reads prompts about half as fast as with Q4_0" in shown["advice"]
    assert (shown["kind"], shown["name"]) == ("model", starter.NAME)
    assert "messages" in shown["chat_template"]
    assert [Path(path).name for path in shown["paths"]] == [starter.FILE_NAME]


def test_a_file_of_one_s_own_is_remembered_where_it_lies_and_forgotten_without_being_touched(
    shared_home: ServiceHome,
) -> None:
    file = _own_file(shared_home)
    added = shared_home.call("add", path=str(file), name="mine")
    assert (added["name"], added["path"]) == ("mine", str(file))
    assert "mine" in _names(shared_home)
    shared_home.call("remove", name="mine")
    assert "mine" not in _names(shared_home)
    assert file.read_bytes() == gguf()


def test_every_model_says_how_it_is_removed(home: ServiceHome) -> None:
    home.put_on_shelf(_own_file(home), "kept.gguf")
    folder = home.root / "home" / ".cache" / "huggingface" / "hub" / "models--acme--tiny" / "snapshots" / ("a" * 40)
    folder.mkdir(parents=True)
    (folder / "tiny-Q4_0.gguf").write_bytes(gguf())
    home.run("ps")
    home.call("add", path=str(_own_file(home)), name="mine")
    removal = {model["name"]: model["removal"] for model in home.call("models")["models"]}
    assert removal.pop("kept") == {"kind": "delete", "way": None}
    assert removal.pop("mine") == {"kind": "forget", "way": None}
    assert list(removal.values()) == [{"kind": "elsewhere", "way": "hf cache rm"}]


def test_a_model_is_loaded_before_anybody_asks_and_unloaded_again(shared_home: ServiceHome) -> None:
    loaded = shared_home.call("load", name="starter")
    assert loaded["name"] == starter.NAME
    (engine,) = shared_home.call("ps")["engines"]
    assert (engine["name"], engine["requests_in_flight"]) == (starter.NAME, 0)
    assert shared_home.call("unload", name="starter")["unloaded"] == 1
    with pytest.raises(NotFound):
        shared_home.call("load", name="nonsuch")
    with pytest.raises(Misused):
        shared_home.call("load")


def test_what_cannot_be_added_says_why(shared_home: ServiceHome) -> None:
    refused: dict[str, type[AspenError]] = {
        "relative.gguf": Misused,
        str(shared_home.root / "none.gguf"): NotFound,
        str(shared_home.root): BadModelFile,
        "/dev/zero": BadModelFile,
    }
    for path, error in refused.items():
        with pytest.raises(error):
            shared_home.call("add", path=path)


def test_an_assistant_is_made_shown_copied_and_removed(shared_home: ServiceHome) -> None:
    made = shared_home.call("create", name="poet", **{"from": "starter", "system": "Rhyme.", "parameters": {"seed": 7}})
    assert (made["kind"], made["weights_sha256"]) == ("assistant", starter.GGUF_SHA256)
    assert made["parameters"] == {"seed": 7}
    shared_home.call("copy", source="poet", target="bard")
    shown = shared_home.call("show", name="bard")
    assert (shown["system"], shown["parameters"]) == ("Rhyme.", {"seed": 7})
    for name in ("poet", "bard"):
        shared_home.call("remove", name=name)
    with pytest.raises(NotFound):
        shared_home.call("show", name="poet")


def test_an_assistant_comes_from_a_modelfile_too(shared_home: ServiceHome) -> None:
    text = 'FROM starter\nPARAMETER temperature 0.2\nPARAMETER stop END\nSYSTEM """Two\nlines."""\n'
    made = shared_home.call("create", name="filed", modelfile=text, folder=str(shared_home.root))
    assert made["system"] == "Two\nlines."
    assert made["parameters"] == {"temperature": 0.2, "stop": ["END"]}
    shared_home.call("remove", name="filed")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"name": "x"}, Misused),
        ({"name": "x", "from": "nonsuch"}, NotFound),
        ({"name": "../x", "from": "starter"}, Misused),
        ({"name": "x", "from": "starter", "parameters": {"temperature": 99}}, Misused),
        ({"name": "x", "from": "starter", "parameters": [1]}, Misused),
        ({"name": "x", "modelfile": "SYSTEM no model"}, Misused),
        ({"name": "x", "modelfile": "FROM starter\nADAPTER /nowhere/adapter.gguf"}, NotFound),
    ],
    ids=str,
)
def test_an_assistant_that_cannot_be_made_is_not_made(
    shared_home: ServiceHome, arguments: dict[str, object], error: type[AspenError]
) -> None:
    with pytest.raises(error):
        shared_home.call("create", **arguments)
    with pytest.raises((NotFound, Misused)):
        shared_home.call("show", name="x")


def test_a_pull_tells_its_plan_then_its_progress_then_what_is_there_and_removal_undoes_it(home: ServiceHome) -> None:
    with HubServer(files={"tiny-Q4_0.gguf": gguf()}) as hub:
        home.environment["HF_ENDPOINT"] = hub.endpoint
        exchange = home.run("pull", json.dumps({"reference": f"{hub.repo_id}:Q4_0"}))
    plan = exchange.frames[1]
    assert (plan["event"], plan["files"], plan["size_bytes"]) == ("plan", ["tiny-Q4_0.gguf"], len(gguf()))
    name = exchange.result["name"]
    assert name in _names(home)
    assert home.call("remove", name=name)["removed"]
    assert _names(home) == []


def test_a_model_that_another_application_fetched_is_not_deleted(home: ServiceHome) -> None:
    folder = home.root / "home" / ".cache" / "huggingface" / "hub" / "models--acme--tiny" / "snapshots" / ("a" * 40)
    folder.mkdir(parents=True)
    (folder / "tiny-Q4_0.gguf").write_bytes(gguf())
    home.run("ps")
    home.folders.spool.write_text('{"outcome": "fet\n{}}\n[]\n', "utf-8")  # a record that a crash has damaged
    (name,) = _names(home)
    with pytest.raises(Misused, match="not fetched by Aspen"):
        home.call("remove", name=name)
    assert (folder / "tiny-Q4_0.gguf").exists()


def test_a_pull_without_a_network_says_so(home: ServiceHome) -> None:
    home.environment["HF_ENDPOINT"] = "http://127.0.0.1:1"
    home.run("ps")
    with pytest.raises(Unreachable):
        home.call("pull", reference="acme/tiny:Q4_0")
    with pytest.raises((NotFound, Misused, Failed)):
        home.call("pull", reference="no such thing")
