"""The gate's list of who is connected: written and read alike, and refused where it is not the gate's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aspen.core.errors import BadSetting
from aspen.providers.catalogue import shipped_providers
from aspen.providers.connections import (
    LARGEST_FILE_BYTES,
    Connection,
    connected_providers,
    connections_from_json,
    connections_to_json,
    read_connections,
)
from aspen.providers.own_server import OwnServer, own_server

NOW = datetime(2026, 11, 22, 10, 41, tzinfo=UTC)
LAB = own_server(OwnServer(name="lab", url="http://10.0.0.7:8000", zone="internal", models=("qwen3-32b",)))
ANTHROPIC = Connection(name="anthropic", row=None, has_key=True, connected_at=NOW)
OWN = Connection(name="lab", row=LAB, has_key=False, connected_at=NOW)


def _write(path: Path, *connections: Connection) -> Path:
    path.write_text(json.dumps(connections_to_json(connections)), "utf-8")
    return path


def test_a_list_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = _write(tmp_path / "connections.json", ANTHROPIC, OWN)
    assert read_connections(path) == (ANTHROPIC, OWN)


def test_no_file_is_nobody(tmp_path: Path) -> None:
    assert read_connections(tmp_path / "connections.json") == ()


def test_connected_are_those_of_the_list_with_their_key_if_they_want_one() -> None:
    openai = Connection(name="openai", row=None, has_key=False, connected_at=NOW)
    practice = Connection(name="practice", row=None, has_key=False, connected_at=NOW)
    gone = Connection(name="gone", row=None, has_key=True, connected_at=NOW)
    found = connected_providers(shipped_providers(), [OWN, openai, gone, practice, ANTHROPIC])
    assert [provider.name for provider in found] == ["lab", "practice", "anthropic"]


def test_no_row_may_take_the_name_of_a_shipped_provider() -> None:
    stolen = Connection(name="anthropic", row=replace(LAB, name="anthropic"), has_key=True, connected_at=NOW)
    with pytest.raises(BadSetting):
        connected_providers(shipped_providers(), [stolen])


@pytest.mark.parametrize(
    "change",
    [
        {"schema": 2},
        {"schema": None},
        {"providers": "all"},
        {"more": 1},
        {"providers": [{"name": "anthropic"}]},
        {"providers": [{"name": "anthropic", "connected_at": "yesterday"}]},
        {"providers": [{"name": "anthropic", "connected_at": "2026-11-22T10:41:00"}]},
        {"providers": [{"name": "../x", "connected_at": "2026-11-22T10:41:00Z"}]},
        {"providers": [{"name": "x", "row": {"name": "x"}, "connected_at": "2026-11-22T10:41:00Z"}]},
    ],
)
def test_what_the_gate_would_not_write_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(BadSetting):
        connections_from_json({**connections_to_json([]), **change})


def test_a_name_that_is_not_its_rows_and_a_name_twice_are_refused() -> None:
    with pytest.raises(BadSetting):
        connections_from_json(connections_to_json([replace(OWN, name="other")]))
    with pytest.raises(BadSetting):
        connections_from_json(connections_to_json([OWN, OWN]))


@pytest.mark.parametrize("content", [b"{", b"[" * 100_000, b"\xff", b" " * (LARGEST_FILE_BYTES + 1)])
def test_a_file_that_is_no_list_is_refused_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "connections.json"
    path.write_bytes(content)
    with pytest.raises(BadSetting) as caught:
        read_connections(path)
    assert "aspen cloud add" in caught.value.hint


def test_a_folder_in_its_place_is_an_error_not_an_empty_list(tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        read_connections(tmp_path)
