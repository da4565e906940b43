"""A provider as a table comes back as it was, and a table with anything odd in it is refused by name."""

from __future__ import annotations

import json

import pytest

from aspen.core.errors import BadSetting
from aspen.core.provider import Provider
from aspen.providers.catalogue import shipped_providers
from aspen.providers.own_server import OwnServer, own_server
from aspen.providers.provider_json import provider_from_json, provider_to_json

LAB = own_server(
    OwnServer(
        name="lab",
        url="https://lab.internal:8443/v1",
        zone="internal",
        models=("a", "b"),
        ca_file="/etc/lab.pem",
        wants_key=True,
        key_variable="LAB_KEY",
    )
)


@pytest.mark.parametrize("provider", [*shipped_providers(), LAB], ids=lambda provider: provider.name)
def test_a_provider_comes_back(provider: Provider) -> None:
    assert provider_from_json(json.loads(json.dumps(provider_to_json(provider)))) == provider


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": 5}, "name"),
        ({"name": "a" * 33}, "name"),
        ({"title": ""}, "title"),
        ({"zone": "machine"}, "zone"),
        ({"base_url": "http://example.com"}, "base_url"),
        ({"base_url": None}, "base_url"),
        ({"key_header": {"name": "x\r\ny"}}, "key_header"),
        ({"headers": [["host", "evil.test"]]}, "headers"),
        ({"headers": [["x-a", "b\r\nc: d"]]}, "headers"),
        ({"headers": [["x-a"]]}, "headers"),
        ({"is_routable": "yes"}, "is_routable"),
        ({"ca_file": "a\0b"}, "ca_file"),
        ({"models": [{"name": "a", "context_tokens": True}]}, "context_tokens"),
        ({"models": [{"name": "a", "context_tokens": 0}]}, "context_tokens"),
        ({"models": [{"name": "a", "context_tokens": 9, "skills": [["chat"]]}]}, "skills"),
    ],
)
def test_the_field_that_is_wrong_is_named(change: dict[str, object], field: str) -> None:
    with pytest.raises(BadSetting) as caught:
        provider_from_json({**provider_to_json(LAB), **change})
    assert caught.value.facts == {"field": field}


@pytest.mark.parametrize("told", [None, [], "lab", 5])
def test_what_is_no_table_is_refused(told: object) -> None:
    with pytest.raises(BadSetting):
        provider_from_json(told)


def test_an_unknown_key_is_refused_at_every_depth() -> None:
    for change in (
        {"colour": 1},
        {"key_header": {"name": "x", "colour": 1}},
        {"models": [{"name": "a", "context_tokens": 9, "colour": 1}]},
    ):
        with pytest.raises(BadSetting) as caught:
            provider_from_json({**provider_to_json(LAB), **change})
        assert "'colour'" in caught.value.sentence
