"""All stores together: names of their own, what people type, and which model answers by default."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from store_builders import GGUF, HubCache, OllamaStore, write_file

from aspen.core.errors import BadModelFile, Misused, NotFound
from aspen.core.model_card import ModelFile
from aspen.library.find import Inventory, answer_order, default_model, is_starter, resolve, scan
from aspen.library.shelf import add_file
from aspen.library.starter import FILE_NAME


class Home:
    """A user's home with a store of each application, and nothing of the real machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shelf = folder / "aspen/models"
        self.ollama = OllamaStore(folder / "ollama")
        self.hub = HubCache(folder / "hub")
        self.environment = {"OLLAMA_MODELS": str(self.ollama.root), "HF_HUB_CACHE": str(self.hub.root)}

    def put_ollama(self, name: str, content: bytes = GGUF) -> None:
        self.ollama.put_manifest(f"registry.ollama.ai/library/{name}/latest", [self.ollama.layer("model", content)])

    def scan(self) -> Inventory:
        return scan(self.environment, self.folder, self.shelf)

    def names(self) -> list[str]:
        return [model.name for model in self.scan().models]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def model(name: str, size_bytes: int = 100, *aliases: str) -> ModelFile:
    return ModelFile(
        name=name, store="shelf", paths=(Path(f"/models/{size_bytes}.gguf"),), size_bytes=size_bytes, aliases=aliases
    )


def test_every_store_is_read_the_shelf_first(home: Home) -> None:
    home.put_ollama("llama3.2")
    home.hub.put("org/repo-GGUF", "abc", "model-Q4_0.gguf")
    write_file(home.folder / ".lmstudio/models/pub/model/model-Q8_0.gguf")
    write_file(home.folder / ".cache/llama.cpp/loose.gguf")
    write_file(home.shelf / FILE_NAME)

    assert home.names() == ["smollm2:135m", "llama3.2", "pub/model:Q8_0", "org/repo-GGUF:Q4_0", "loose"]
    assert home.scan().problems == ()


def test_a_broken_store_hides_no_other_and_is_told(home: Home) -> None:
    home.put_ollama("good")
    write_file(home.ollama.root / "manifests/registry.ollama.ai/library/bad/latest", "{")

    inventory = home.scan()

    assert [found.name for found in inventory.models] == ["good"]
    assert [problem.store for problem in inventory.problems] == ["ollama"]


def test_who_comes_later_bears_its_stores_name_and_the_first_keeps_its_own(home: Home) -> None:
    add_file(home.shelf, write_file(home.folder / "own.gguf"), "llama3.2")
    home.put_ollama("llama3.2")
    home.put_ollama("Llama3.2")

    assert home.names() == ["llama3.2", "ollama/Llama3.2", "ollama/llama3.2~2"]


def test_a_file_that_two_stores_share_is_one_model_with_both_names(home: Home) -> None:
    home.hub.put("org/repo-GGUF", "abc", "model-Q4_0.gguf")
    home.environment["LLAMA_CACHE"] = str(home.hub.root)
    path = home.scan().models[0].path
    add_file(home.shelf, path, "mine")

    [found] = home.scan().models

    assert found.name == "mine"
    assert found.aliases == ("org/repo-GGUF:Q4_0",)


def test_two_names_of_one_blob_in_ollama_both_stand(home: Home) -> None:
    home.put_ollama("base")
    home.put_ollama("derived")

    assert home.names() == ["base", "derived"]


def test_what_was_fetched_by_a_name_of_the_catalogue_is_found_by_it(home: Home) -> None:
    for quant in ("Q4_0", "Q4_K_M"):
        home.hub.put("bartowski/Llama-3.2-3B-Instruct-GGUF", "abc", f"Llama-3.2-3B-Instruct-{quant}.gguf")

    inventory = home.scan()

    assert resolve(inventory, "llama3.2:3b").name == "bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M"
    assert resolve(inventory, "llama3.2").name == "bartowski/Llama-3.2-3B-Instruct-GGUF:Q4_K_M"


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("llama3.2", "llama3.2"),
        ("LLAMA3.2:latest", "llama3.2"),
        ("llama3.2:1b", "llama3.2:1b"),
        ("llama3.2:1", "llama3.2:1b"),
        ("starter", "smollm2:135m"),
        ("org/repo-GGUF:q4_k_m", "org/repo-GGUF:Q4_K_M"),
        ("org/repo", "org/repo-GGUF:Q4_K_M"),
        ("repo-GGUF", "org/repo-GGUF:Q4_K_M"),
        ("hf.co/org/repo-GGUF:Q4_K_M", "org/repo-GGUF:Q4_K_M"),
    ],
)
def test_a_model_is_found_by_what_people_type(typed: str, name: str) -> None:
    starter = model("smollm2:135m", 1, "starter")
    models = (model("llama3.2"), model("llama3.2:1b"), starter, model("org/repo-GGUF:Q4_K_M"))

    assert resolve(Inventory(models=models), typed).name == name


def test_a_beginning_that_two_names_share_is_not_guessed() -> None:
    inventory = Inventory(models=(model("qwen3:4b"), model("qwen3:8b")))

    with pytest.raises(NotFound) as caught:
        resolve(inventory, "qwen3")
    assert caught.value.hint == "Did you mean qwen3:4b or qwen3:8b?"


def test_a_misspelt_name_is_answered_with_what_is_near_and_an_empty_computer_with_the_way_out() -> None:
    with pytest.raises(NotFound) as caught:
        resolve(Inventory(models=(model("llama3.2"),)), "lama3.2")
    assert caught.value.facts["near"] == ["llama3.2"]
    with pytest.raises(NotFound, match="There is no model") as caught:
        resolve(Inventory(models=()), "llama3.2")
    assert "aspen setup" in caught.value.hint


@pytest.mark.parametrize(
    "typed", ["", " x", "a\0b", "a\nb", "/etc/passwd", "~/x.gguf", "C:\\models\\x", "c:/x", "a/../b", "..", "x" * 2000]
)
def test_a_path_or_worse_where_a_name_is_expected_is_refused(typed: str) -> None:
    with pytest.raises(Misused):
        resolve(Inventory(models=(model("llama3.2"),)), typed, paths_allowed=False)


def test_the_path_of_a_gguf_file_is_opened_only_where_paths_are_allowed(tmp_path: Path) -> None:
    path = write_file(tmp_path / "mine.gguf")
    inventory = Inventory(models=())

    assert resolve(inventory, str(path)).path == path.resolve()
    with pytest.raises(Misused):
        resolve(inventory, str(path), paths_allowed=False)
    with pytest.raises(NotFound):
        resolve(inventory, str(tmp_path / "gone.gguf"))
    with pytest.raises(BadModelFile):
        resolve(inventory, str(write_file(tmp_path / "text.gguf", "text")))


def test_the_largest_that_fits_answers_by_default_the_starter_last_and_an_embedder_never() -> None:
    every = Inventory(
        models=(
            model("smollm2:135m", 98, "starter"),
            model("nomic-embed-text", 300),
            model("org/bge-m3-GGUF:Q8_0", 640),
            model("small", 200),
            model("middle", 900),
            model("huge", 9_000),
        )
    )

    assert [found.name for found in answer_order(every, 1_000)] == ["middle", "small", "smollm2:135m"]
    assert default_model(every, 150) == every.models[0]
    assert default_model(every, 10) is None
    assert is_starter(every.models[0])


def test_ten_thousand_files_are_scanned_within_a_few_seconds(home: Home) -> None:
    folder = home.folder / ".cache/llama.cpp"
    folder.mkdir(parents=True)
    for number in range(10_000):
        (folder / f"model-{number}.gguf").touch()
    home.put_ollama("good")

    began = time.process_time()
    inventory = home.scan()

    assert [found.name for found in inventory.models] == ["good"]
    assert len(inventory.problems) == 10_000
    assert time.process_time() - began < 8


def test_two_thousand_models_have_names_of_their_own(home: Home) -> None:
    folder = home.folder / ".cache/llama.cpp"
    folder.mkdir(parents=True)
    for number in range(2_000):
        (folder / f"model-{number}.gguf").write_bytes(GGUF)

    names = home.names()

    assert len(set(names)) == 2_000


def test_a_relative_folder_in_the_environment_is_not_looked_for_in_the_working_folder(
    home: Home, tmp_path: Path
) -> None:
    write_file(tmp_path / "relative/model.gguf")
    home.environment["LLAMA_CACHE"] = "relative"

    assert home.names() == []
