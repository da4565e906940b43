"""An ask that waits for a person: a stricter word ends it, and so does whoever asked going away."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aspen.channel.framing import Frame
from aspen.core.answer import AwaitingApproval, TextDelta
from aspen.core.errors import AspenError, Declined, NotFound, StaysHere
from aspen.core.label import Label
from aspen.privacy.words import declared_label
from aspen.providers.connections import Connection, connections_to_json
from aspen.service import labels
from aspen.service.asking import ask_model
from aspen.service.waiting import Item, WaitingAsk
from aspen.settings import Settings, read_folders
from aspen.workspace import Workspace
from fakes.elsewhere import provider
from fakes.scripted_host import ScriptedHost

LEAVES, STAYS = declared_label("may-leave"), declared_label("stays-here", "You said so of this folder")
PREVIEW = AwaitingApproval(nonce="0" * 32, body_sha256="ab", provider="acme")


@dataclass(slots=True)
class Asked:
    """Shows a preview and then waits for `answered`; notes when it is closed."""

    answered: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False

    async def items(self) -> AsyncGenerator[Item]:
        try:
            yield PREVIEW
            await self.answered.wait()
            yield TextDelta(text="Hello")
        finally:
            self.closed = True


def _waiting(now: Label | AspenError = LEAVES) -> WaitingAsk:
    async def label_now() -> Label:
        if isinstance(now, AspenError):
            raise now
        return now

    return WaitingAsk(LEAVES, label_now)


async def test_what_comes_after_a_yes_comes_through() -> None:
    asked = Asked()
    asked.answered.set()
    assert [item async for item in _waiting().watch(asked.items())] == [PREVIEW, TextDelta(text="Hello")]


async def test_a_stricter_word_ends_it_with_the_reason_and_lets_go_of_the_bytes() -> None:
    asked, waiting = Asked(), _waiting(STAYS)
    watched = waiting.watch(asked.items())
    assert await anext(watched) is PREVIEW
    assert await waiting.look_again()
    assert not await waiting.look_again()
    with pytest.raises(StaysHere, match="You said so of this folder"):
        await anext(watched)
    assert asked.closed


async def test_words_that_cannot_be_labelled_any_more_are_not_sent() -> None:
    asked, waiting = Asked(), _waiting(NotFound("notes.txt cannot be read."))
    watched = waiting.watch(asked.items())
    await anext(watched)
    assert await waiting.look_again()
    with pytest.raises(StaysHere, match=r"notes\.txt cannot be read"):
        await anext(watched)
    assert asked.closed


async def test_a_word_that_changes_nothing_does_not_end_it() -> None:
    asked, waiting = Asked(), _waiting()
    watched = waiting.watch(asked.items())
    await anext(watched)
    assert not await waiting.look_again()
    asked.answered.set()
    assert await anext(watched) == TextDelta(text="Hello")


async def test_whoever_asked_goes_away_and_what_waits_goes_with_them() -> None:
    """Otherwise the preview would wait on at the gate, and a yes of another window would send it to nobody."""
    asked = Asked()
    watched = _waiting().watch(asked.items())
    await anext(watched)
    following = asyncio.ensure_future(anext(watched))
    await asyncio.sleep(0)
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    assert asked.closed


async def test_what_ends_the_ask_itself_is_raised_as_it_is() -> None:
    async def declined() -> AsyncGenerator[Item]:
        yield PREVIEW
        raise Declined("Not sent: you declined it.")

    watched = _waiting().watch(declined())
    await anext(watched)
    with pytest.raises(Declined):
        await anext(watched)


# What is said while the words are still looked through.


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A home with a folder `cases` in it, and a provider that is connected."""
    folders = read_folders({"ASPEN_HOME": str(tmp_path / "aspen")})
    for folder in (folders.data, folders.gate, tmp_path / "cases"):
        folder.mkdir(parents=True)
    acme = Connection(
        name="acme", row=provider("acme", "large"), has_key=True, connected_at=datetime(2030, 1, 1, tzinfo=UTC)
    )
    (folders.gate / "connections.json").write_text(json.dumps(connections_to_json([acme])), "utf-8")
    workspace = Workspace.build(folders, Settings(), ScriptedHost())
    workspace.home = tmp_path
    return workspace


async def _decision(frames: AsyncGenerator[Frame]) -> str:
    async with aclosing(frames):
        return str((await anext(frames))["kind"])


@pytest.mark.parametrize(("said", "decision"), [(False, "route"), (True, "refusal")])
async def test_a_word_that_comes_while_the_words_are_looked_through_counts(
    workspace: Workspace, said: bool, decision: str
) -> None:
    await workspace.store()
    cases = str(workspace.home / "cases")
    arguments = {"messages": [{"role": "user", "content": "Hi"}], "model": "large", "folder": cases, "is_preview": True}
    deciding = asyncio.create_task(_decision(ask_model(workspace, arguments)))
    await asyncio.sleep(0)  # it has looked at the place, and its words go to a thread
    if said:
        _ = [frame async for frame in labels.declare(workspace, {"path": cases, "label": "stays-here"})]
    assert await deciding == decision
