"""The model on this machine that a question could go to, with what its assistant brings along."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import BadModelFile, Misused, NotFound
from aspen.core.label import UNSET
from aspen.core.message import Message, Role
from aspen.core.request import AdapterScale, Limits, Sampling
from aspen.library.assistant import Adapter, Assistant
from aspen.library.assistants import save_assistant
from aspen.library.modelfile import Example
from aspen.library.weights_pin import WeightsPin, pin_weights
from aspen.service.ask_arguments import read_ask
from aspen.service.here import Here, find_here, limits_of, require
from aspen.settings import Settings, read_folders
from aspen.workspace import Workspace
from fakes.gguf_writer import gguf
from fakes.scripted_host import ScriptedHost


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folders = read_folders({"ASPEN_HOME": str(tmp_path / "aspen")})
    for folder in (folders.shelf, folders.assistants, folders.cache):
        folder.mkdir(parents=True)
    workspace = Workspace.build(folders, Settings(), ScriptedHost())
    workspace.home = tmp_path
    workspace.environment = {"OLLAMA_MODELS": str(tmp_path / "none")}
    (folders.shelf / "tiny-Q4_0.gguf").write_bytes(gguf())
    return workspace


def _hash(_paths: Sequence[Path]) -> str:
    return "ab" * 32


def _assistant(workspace: Workspace, **changed: Any) -> Assistant:
    file = require(workspace.choose(None)).file
    return Assistant(name="poet", model=file.name, pin=pin_weights(file, _hash), **changed)


async def _found(workspace: Workspace, name: str | None = None, **asked: Any) -> Here:
    found: list[Here] = []
    arguments = read_ask({"messages": [{"role": "user", "content": "Hi"}], **asked})
    async for _ in find_here(workspace, arguments, name, found):
        pass
    (here,) = found
    return here


async def test_without_a_name_the_best_model_is_found_and_nothing_is_loaded(workspace: Workspace) -> None:
    here = await _found(workspace)
    assert here.name == here.prepared.card.name == require(workspace.choose(None)).name
    assert here.engine is None
    assert workspace.engines.loaded() == ()
    assert here.model().spec == here.prepared.spec


async def test_an_engine_that_is_loaded_is_the_one_that_answers(workspace: Workspace) -> None:
    here = await _found(workspace)
    async for _ in workspace.engines.load(here.name, here.prepared.spec):
        pass
    assert here.engine is not None
    assert here.engine.spec == here.prepared.spec


async def test_a_name_that_is_not_here_and_a_file_that_is_broken_are_errors(workspace: Workspace) -> None:
    with pytest.raises(NotFound, match="nonsuch"):
        await _found(workspace, "nonsuch")
    broken = workspace.folders.shelf / "broken.gguf"
    broken.write_bytes(b"GGUF and no more")
    with pytest.raises(BadModelFile):
        await _found(workspace, str(broken))


async def test_an_adapter_that_is_not_there_is_refused(workspace: Workspace) -> None:
    with pytest.raises(Misused, match=r"There is no adapter 0: .* has 0\."):
        await _found(workspace, adapters=[{"index": 0, "scale": 1.0}])


async def test_an_assistant_answers_with_what_it_was_made_with(workspace: Workspace) -> None:
    examples = (Example(role=Role.USER, text="Roses?"), Example(role=Role.ASSISTANT, text="Red."))
    sampling = Sampling(temperature=0.2, stop=("END",))
    assistant = _assistant(workspace, system="Rhyme.", sampling=sampling, answer_tokens=9, messages=examples)
    save_assistant(workspace.folders.assistants, assistant)
    here = await _found(workspace, "poet", options={"temperature": 0.9})
    assert here.chosen.assistant is not None
    assert (here.limits.sampling.temperature, here.limits.sampling.stop) == (0.9, ("END",))
    assert here.limits.answer_tokens == 9
    said = (Message.of_text(Role.USER, "Violets?", UNSET),)
    assert [message.text for message in here.with_assistant(said)] == ["Rhyme.", "Roses?", "Red.", "Violets?"]


async def test_a_system_prompt_of_the_client_takes_the_place_of_the_assistant_s(workspace: Workspace) -> None:
    save_assistant(workspace.folders.assistants, _assistant(workspace, system="Rhyme."))
    here = await _found(workspace, "poet")
    own = (Message.of_text(Role.SYSTEM, "Be dry.", UNSET), Message.of_text(Role.USER, "Hi", UNSET))
    assert here.with_assistant(own) == own


async def test_a_model_without_an_assistant_adds_nothing(workspace: Workspace) -> None:
    said = (Message.of_text(Role.USER, "Hi", UNSET),)
    assert (await _found(workspace)).with_assistant(said) == said


async def test_adapters_apply_as_strongly_as_the_assistant_says_unless_the_client_says_otherwise(
    workspace: Workspace, tmp_path: Path
) -> None:
    path = tmp_path / "lora.gguf"
    path.write_bytes(gguf())
    save_assistant(workspace.folders.assistants, _assistant(workspace, adapters=(Adapter(path=path, scale=0.5),)))
    assert (await _found(workspace, "poet")).adapters == (AdapterScale(index=0, scale=0.5),)
    told = await _found(workspace, "poet", adapters=[{"index": 0, "scale": 2.0}])
    assert told.adapters == (AdapterScale(index=0, scale=2.0),)


def test_limits_of_the_client_go_before_those_of_an_assistant_one_by_one() -> None:
    pin = WeightsPin(sha256="", stamps=())
    assistant = Assistant(
        name="a", model="m", pin=pin, context_tokens=100, answer_tokens=10, sampling=Sampling(top_k=5, seed=1)
    )
    asked = Limits(answer_tokens=3, sampling=Sampling(seed=0))
    assert limits_of(asked, None) == asked
    joined = limits_of(asked, assistant)
    assert (joined.answer_tokens, joined.context_tokens) == (3, 100)
    assert (joined.sampling.seed, joined.sampling.top_k) == (0, 5)


def test_nothing_to_choose_is_said() -> None:
    with pytest.raises(NotFound, match="No model on this computer can answer"):
        require(None)
