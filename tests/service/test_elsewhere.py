"""Who could be asked elsewhere: those on the gate's list, by the names that routing means, and at what cost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aspen.cloud.cloud_model import CloudModel
from aspen.cloud.price_list import NO_PRICES
from aspen.core.egress import Origin
from aspen.core.errors import BadRule, BadSetting
from aspen.core.model_card import Zone
from aspen.core.provider import Provider
from aspen.core.request import AUTO
from aspen.privacy.ceilings import Spent
from aspen.providers.catalogue import shipped_providers
from aspen.providers.connections import Connection, connections_to_json
from aspen.service.elsewhere import Elsewhere, look_elsewhere
from aspen.settings import Settings, read_folders
from aspen.workspace import Workspace
from fakes.elsewhere import elsewhere, provider, request
from fakes.scripted_host import ScriptedHost


def _opened(elsewhere: Elsewhere, name: str) -> CloudModel:
    return elsewhere.model(name, Origin(), ())


def test_a_name_is_known_whether_its_provider_is_connected_or_not() -> None:
    there = elsewhere(provider("acme", "large", aliases=("big",)), offered=[provider("other", "far")])
    assert [there.knows(name) for name in ("large", "big", "far", "cloud", "local", "nobody")] == [
        *(True, True, True, True),
        *(False, False),
    ]


def test_those_that_are_not_connected_are_candidates_only_when_they_are_named() -> None:
    there = elsewhere(provider("acme", "large"), offered=[provider("other", "far", "farther")])

    def names(wanted: str) -> list[tuple[str, bool]]:
        return [(each.name, each.is_connected) for each in there.candidates(request(wanted))]

    assert names(AUTO) == [("large", True)]
    assert names("far") == [("large", True), ("far", False)]


@pytest.mark.parametrize("is_reversed", [False, True])
def test_of_two_with_one_name_the_model_that_routing_means_is_the_one_that_is_opened(is_reversed: bool) -> None:
    """Routing takes the nearer: whoever was connected first must not get what was judged for one's own server."""
    both = [provider("acme", "twin"), provider("mine", "twin", zone=Zone.OWN_SERVERS)]
    there = elsewhere(*(reversed(both) if is_reversed else both))
    opened = _opened(there, "twin")
    assert (opened.provider.name, opened.card.zone) == ("mine", Zone.OWN_SERVERS)
    assert there.provider_of("twin") == opened.provider


def test_a_name_goes_before_an_alias() -> None:
    there = elsewhere(provider("acme", "large", aliases=("small",)), provider("other", "small"))
    assert _opened(there, "small").provider.name == "other"
    assert _opened(there, "large").provider.name == "acme"
    assert there.provider_of("nobody") is None


# Looking it up.


def _write(folder: Path, connections: Iterable[Connection]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "connections.json").write_text(json.dumps(connections_to_json(connections)), "utf-8")


def _connection(name: str, row: Provider | None = None, *, has_key: bool = True) -> Connection:
    return Connection(name=name, row=row, has_key=has_key, connected_at=datetime(2030, 1, 1, tzinfo=UTC))


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    folders = read_folders({"ASPEN_HOME": str(tmp_path)})
    folders.config.mkdir(parents=True)
    return Workspace.build(folders, Settings(), ScriptedHost())


async def test_nobody_is_connected_at_first_and_the_gate_is_not_asked(workspace: Workspace) -> None:
    there = await look_elsewhere(workspace, AUTO)
    assert there.connected == ()
    assert there.offered == tuple(shipped_providers())
    assert there.prices == NO_PRICES
    assert not there.is_airplane_mode


async def test_those_on_the_gate_s_list_with_their_keys_are_connected(workspace: Workspace) -> None:
    own = provider("acme", "large")
    _write(workspace.folders.gate, [_connection("anthropic"), _connection("openai", has_key=False)])
    there = await look_elsewhere(workspace, AUTO)
    assert [each.name for each in there.connected] == ["anthropic"]
    assert "openai" in [each.name for each in there.offered]
    _write(workspace.folders.gate, [_connection("acme", own)])
    assert [each.name for each in (await look_elsewhere(workspace, AUTO)).connected] == ["acme"]


async def test_airplane_mode_is_seen_without_asking_anybody(workspace: Workspace) -> None:
    workspace.folders.gate.mkdir(parents=True)
    (workspace.folders.gate / "airplane").touch()
    assert (await look_elsewhere(workspace, AUTO)).is_airplane_mode


async def test_rules_are_read_anew_and_a_broken_one_is_an_error(workspace: Workspace) -> None:
    workspace.folders.rules.write_text('[[rule]]\nthen = "deny"\n', "utf-8")
    assert len((await look_elsewhere(workspace, AUTO)).policy.rules) == 1
    workspace.folders.rules.write_text('[[rule]]\nthen = "deny"\ntoo = "x"\n', "utf-8")
    with pytest.raises(BadRule, match="Line 3"):
        await look_elsewhere(workspace, AUTO)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 99, "providers": []}'], ids=repr)
async def test_a_list_of_connections_that_cannot_be_read_is_an_error_and_not_an_empty_one(
    workspace: Workspace, content: str
) -> None:
    _write(workspace.folders.gate, [])
    (workspace.folders.gate / "connections.json").write_text(content, "utf-8")
    with pytest.raises(BadSetting):
        await look_elsewhere(workspace, AUTO)


async def test_the_gate_is_asked_for_sums_only_where_they_could_decide(workspace: Workspace) -> None:
    """ScriptedHost has no gate: whoever asks it is told so."""
    _write(workspace.folders.gate, [_connection("anthropic")])
    workspace.folders.rules.write_text("[ceilings]\nday = 1.0\n", "utf-8")
    there = await look_elsewhere(workspace, AUTO)
    assert there.spent == Spent()
    named = there.connected[0].models[0].name
    with pytest.raises(Exception, match="There is no gate here"):
        await look_elsewhere(workspace, named)
    workspace.folders.rules.write_text("[ceilings]\nrequest = 1.0\n", "utf-8")
    assert (await look_elsewhere(workspace, named)).spent == Spent()


def test_a_candidate_says_what_it_is_and_what_it_could_cost() -> None:
    own = replace(provider("mine", "small", zone=Zone.OWN_SERVERS), is_routable=False)
    (candidate,) = elsewhere(own).candidates(request())
    assert (candidate.card, candidate.is_connected, candidate.is_routable) == (own.models[0], True, False)
    (unknown,) = elsewhere(provider("acme", "large")).candidates(request())
    assert unknown.worst_cost_microdollars is None
