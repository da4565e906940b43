"""The closed network, one home in it with two providers connected, and a watch over every test."""

from __future__ import annotations

import sys
from collections.abc import Generator
from pathlib import Path

import pytest
from canaries import canary
from closed_home import ClosedHome
from closed_network import why_not
from outside import Manner
from watching import Teach, Watch
from world import World

from fakes.gate_process import GateHome, RunningGate


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    if sentence := why_not():
        pytest.skip(sentence)
    with World.begun(tmp_path_factory.mktemp("leaks") / "outside", f"sk-test-{canary()}") as begun:
        yield begun


@pytest.fixture(scope="session")
def shared_home(world: World, starter_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[ClosedHome]:
    with ClosedHome(tmp_path_factory.mktemp("shared"), world) as home:
        home.put_on_shelf(starter_model)
        home.connect("anthropic", "openai")
        yield home


@pytest.fixture
def watch(world: World) -> Generator[Watch]:
    """Every packet of the test must have gone to somebody who was to be asked."""
    watching = Watch(world=world, begun=world.mark())
    yield watching
    assert watching.seen().strays(watching.also) == []


@pytest.fixture
def home(shared_home: ClosedHome, watch: Watch) -> ClosedHome:
    """A running service with a model on this machine, and Anthropic and OpenAI connected. Others use it too."""
    del watch
    return shared_home


@pytest.fixture
def new_home(world: World, watch: Watch, tmp_path: Path, starter_model: Path) -> Generator[ClosedHome]:
    """A home of the test's own: nothing runs in it yet, and nobody is connected."""
    del watch
    with ClosedHome(tmp_path / "own", world) as own:
        own.put_on_shelf(starter_model)
        yield own


@pytest.fixture
def gate(world: World, watch: Watch, tmp_path: Path) -> Generator[RunningGate]:
    """A gate by itself, with OpenAI connected; the test is its core, and may lie."""
    del watch
    with GateHome(root=tmp_path, python=world.inside((sys.executable,))).started() as running:
        running.person.call("connect", name="openai", key=world.key, file_is_allowed=True)
        yield running


@pytest.fixture
def manners(world: World) -> Generator[Teach]:
    """Teach a provider other manners; it forgets them after the test."""
    taught: set[str] = set()

    def teach(host: str, manner: Manner) -> None:
        taught.add(host)
        world.answer(host, manner)

    yield teach
    for host in taught:
        world.answer(host, Manner())


@pytest.fixture
def token() -> str:
    """A canary of the test's own."""
    return canary()
