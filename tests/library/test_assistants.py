"""Assistants: kept whole, bound to their weights, and refused when damaged."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from store_builders import GGUF, write_file

from aspen.core.errors import Failed, Misused, NotFound, WeightsChanged
from aspen.core.message import Role
from aspen.core.model_card import ModelFile
from aspen.core.request import Sampling
from aspen.library.assistant import Adapter, Assistant, check_pin, from_modelfile, to_modelfile
from aspen.library.assistants import (
    copy_assistant,
    find_assistant,
    list_assistants,
    load_assistant,
    remove_assistant,
    save_assistant,
)
from aspen.library.modelfile import Example, parse_modelfile
from aspen.library.shelf import open_file
from aspen.library.weights_hash import hash_weights
from aspen.library.weights_pin import WeightsPin, pin_weights


class CountingHash:
    """The real hash, and how often it was asked for."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, paths: Sequence[Path]) -> str:
        self.calls += 1
        return hash_weights(paths)


@pytest.fixture
def model(tmp_path: Path) -> ModelFile:
    return open_file(write_file(tmp_path / "base.gguf"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data/assistants"


@pytest.fixture
def assistant(model: ModelFile) -> Assistant:
    return Assistant(
        name="Writer:v1",
        model=model.name,
        pin=pin_weights(model, hash_weights),
        system="Be brief. Grüße!",
        sampling=Sampling(temperature=0.5, seed=7, stop=("\n\n",)),
        context_tokens=4096,
        answer_tokens=100,
        template="{{ messages }}",
        adapters=(Adapter(path=Path("/adapters/style.gguf"), scale=0.5),),
        messages=(Example(role=Role.USER, text="Hi"), Example(role=Role.ASSISTANT, text="Yes?")),
        licences=("MIT",),
    )


def test_what_is_kept_is_loaded_as_the_same_value_in_any_letter_case(folder: Path, assistant: Assistant) -> None:
    save_assistant(folder, assistant)

    assert load_assistant(folder, "writer:V1") == assistant
    assert find_assistant(folder, "writer:v1") == assistant
    [file] = folder.iterdir()
    assert json.loads(file.read_text())["schema"] == 1
    assert file.stat().st_mode & 0o777 == 0o600


def test_the_least_assistant_is_kept_too(folder: Path, assistant: Assistant) -> None:
    least = Assistant(name="least", model="base", pin=assistant.pin)
    save_assistant(folder, least)

    assert load_assistant(folder, "least") == least


def test_a_name_that_is_taken_is_refused_unless_it_is_to_be_replaced(folder: Path, assistant: Assistant) -> None:
    save_assistant(folder, assistant)
    changed = replace(assistant, name="writer:v1", system="Be long.")

    with pytest.raises(Misused, match="already"):
        save_assistant(folder, changed)
    save_assistant(folder, changed, replacing=True)
    assert load_assistant(folder, "Writer:v1").system == "Be long."


@pytest.mark.parametrize("name", ["../up", "a/b", "nul", "auto", ""])
def test_a_name_that_is_a_path_or_reserved_reaches_no_file(folder: Path, assistant: Assistant, name: str) -> None:
    with pytest.raises(Misused):
        save_assistant(folder, replace(assistant, name=name))
    with pytest.raises(Misused):
        load_assistant(folder, name)
    assert find_assistant(folder, name) is None
    assert not folder.exists()


def test_copying_and_removing_do_as_they_say(folder: Path, assistant: Assistant) -> None:
    save_assistant(folder, assistant)

    copy = copy_assistant(folder, "writer:v1", "second")

    assert copy == replace(assistant, name="second")
    remove_assistant(folder, "Writer:v1")
    assert list_assistants(folder) == ((copy,), ())
    with pytest.raises(NotFound):
        remove_assistant(folder, "Writer:v1")
    with pytest.raises(NotFound):
        load_assistant(folder, "Writer:v1")


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"schema": 2}',
        '{"schema": 1}',
        '{"schema": 1, "name": "bad", "model": "x", "weights": {"sha256": "short", "files": []}}',
        '{"schema": 1, "name": "bad", "model": "x", "weights": 5}',
    ],
)
def test_a_damaged_file_is_told_and_hides_no_other_and_is_no_model_instead(
    folder: Path, assistant: Assistant, content: str
) -> None:
    save_assistant(folder, assistant)
    bad = write_file(folder / "bad.json", content)

    assistants, problems = list_assistants(folder)

    assert assistants == (assistant,)
    assert [problem.path for problem in problems] == [bad]
    with pytest.raises(Failed):
        find_assistant(folder, "bad")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("system", 5),
        ("context_tokens", "many"),
        ("sampling", {"temperature": "hot"}),
        ("sampling", {"stop": "x"}),
        ("adapters", [5]),
        ("adapters", [{"path": ""}]),
        ("messages", [{"role": "villain", "text": "x"}]),
        ("licences", [None]),
        ("weights", {"sha256": "a" * 64, "files": [{"size_bytes": True}]}),
    ],
)
def test_a_field_of_the_wrong_kind_is_refused_and_not_guessed(
    folder: Path, assistant: Assistant, key: str, value: object
) -> None:
    save_assistant(folder, assistant)
    [file] = folder.iterdir()
    file.write_text(json.dumps({**json.loads(file.read_text()), key: value}))

    with pytest.raises(Failed, match="is damaged"):
        load_assistant(folder, "writer:v1")


def test_unchanged_weights_are_never_read_again(assistant: Assistant, model: ModelFile) -> None:
    counting = CountingHash()

    assert check_pin(assistant, model, counting) is assistant
    assert counting.calls == 0


def test_a_touched_or_moved_file_is_read_once_and_the_pin_refreshed(assistant: Assistant, model: ModelFile) -> None:
    counting = CountingHash()
    os.utime(model.path, ns=(1, 1))

    refreshed = check_pin(assistant, model, counting)

    assert refreshed.pin.sha256 == assistant.pin.sha256
    assert check_pin(refreshed, model, counting) is refreshed
    assert counting.calls == 1


def test_other_weights_of_the_same_size_are_an_error_that_says_so(assistant: Assistant, model: ModelFile) -> None:
    model.path.write_bytes(b"GGUF" + b"\1" * (len(GGUF) - 4))

    with pytest.raises(WeightsChanged) as caught:
        check_pin(assistant, model, hash_weights)
    assert caught.value.sentence == "The weights of base are not those that the assistant Writer:v1 was made with."
    assert caught.value.facts["pinned_sha256"] == assistant.pin.sha256
    assert caught.value.facts["found_sha256"] == hash_weights(model.paths)


def test_weights_of_another_size_are_an_error_without_reading_them(assistant: Assistant, model: ModelFile) -> None:
    counting = CountingHash()
    model.path.write_bytes(GGUF * 2)

    with pytest.raises(WeightsChanged):
        check_pin(assistant, model, counting)
    assert counting.calls == 0


def test_a_modelfile_makes_an_assistant_and_an_assistant_a_modelfile(tmp_path: Path, model: ModelFile) -> None:
    pin = WeightsPin(sha256="a" * 64, stamps=())
    modelfile = parse_modelfile("FROM base\nADAPTER ./style.gguf\nSYSTEM Be kind.\nPARAMETER top_k 5\nMESSAGE user Hi")

    made = from_modelfile("kind", modelfile, tmp_path, model=model, pin=pin)

    assert made.adapters == (Adapter(path=tmp_path / "style.gguf"),)
    assert (made.model, made.system, made.sampling.top_k) == ("base", "Be kind.", 5)
    assert replace(to_modelfile(made), adapters=modelfile.adapters) == modelfile
    with pytest.raises(Misused):
        from_modelfile("../kind", modelfile, tmp_path, model=model, pin=pin)
