"""A server of one's own becomes a provider, never a local one, and never by an open wire across the internet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.errors import Misused
from aspen.core.model_card import Skill, Zone
from aspen.providers.own_server import OwnServer, own_server

VLLM = OwnServer(name="lab", url="http://192.168.1.7:8000", zone="internal", models=("qwen3-32b",))


def test_a_vllm_in_the_house_is_a_provider() -> None:
    provider = own_server(VLLM)
    assert (provider.base_url, provider.zone) == ("http://192.168.1.7:8000", Zone.OWN_SERVERS)
    assert (provider.dialect, provider.key_header) == ("openai_chat_compatible", None)
    (card,) = provider.models
    assert (card.name, card.source, card.zone) == ("qwen3-32b", "lab", Zone.OWN_SERVERS)
    assert card.skills == {Skill.CHAT}


@pytest.mark.parametrize(
    ("url", "base_url"),
    [
        ("http://10.0.0.1/api/openai/", "http://10.0.0.1/api/openai"),
        ("http://10.0.0.1:8000/v1", "http://10.0.0.1:8000"),
        ("http://10.0.0.1/api/v1/", "http://10.0.0.1/api"),
    ],
)
def test_a_path_stands_without_the_version_that_the_dialect_adds(url: str, base_url: str) -> None:
    assert own_server(replace(VLLM, url=url)).base_url == base_url


def test_the_key_goes_where_the_dialect_wants_it() -> None:
    provider = own_server(replace(VLLM, wants_key=True))
    assert provider.key_header is not None
    assert (provider.key_header.name, provider.key_header.prefix) == ("authorization", "Bearer ")


@pytest.mark.parametrize("url", ["http://127.0.0.1:11434", "http://localhost:1234", "http://[::1]:8080"])
def test_a_server_on_this_very_machine_is_not_local(url: str) -> None:
    assert own_server(replace(VLLM, url=url)).zone is Zone.OWN_SERVERS


@pytest.mark.parametrize("zone", [None, "local", "machine", "Internal", ""])
def test_the_zone_must_be_said_and_is_never_local(zone: str | None) -> None:
    with pytest.raises(Misused) as caught:
        own_server(replace(VLLM, zone=zone))
    assert "--zone internal" in caught.value.sentence


@pytest.mark.parametrize(
    ("url", "zone"),
    [
        ("http://api.example.com", "internal"),
        ("http://8.8.8.8", "internal"),
        ("http://192.168.1.7", "cloud"),
        ("http://localhost", "cloud"),
    ],
)
def test_an_open_wire_is_for_own_servers_at_private_addresses(url: str, zone: str) -> None:
    with pytest.raises(Misused) as caught:
        own_server(replace(VLLM, url=url, zone=zone))
    assert "not encrypted" in caught.value.sentence


def test_somebody_elses_server_is_cloud() -> None:
    assert own_server(replace(VLLM, url="https://api.example.com", zone="cloud")).zone is Zone.CLOUD


@pytest.mark.parametrize("name", ["anthropic", "practice", "local", "auto", "taken"])
def test_a_name_that_means_something_else_is_refused(name: str) -> None:
    with pytest.raises(Misused):
        own_server(replace(VLLM, name=name), taken={"taken"})


@pytest.mark.parametrize(
    "change",
    [
        {"name": "My Server"},
        {"models": ()},
        {"models": ("a", "a")},
        {"models": ("two words",)},
        {"dialect": "morse"},
        {"ca_file": "relative.pem"},
        {"url": "nonsense"},
        {"context_tokens": 0},
        {"key_variable": "lower case"},
    ],
)
def test_what_cannot_be_used_is_misuse(change: dict[str, object]) -> None:
    with pytest.raises(Misused):
        own_server(replace(VLLM, **change))
