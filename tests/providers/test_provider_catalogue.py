"""The shipped providers: whole, consistent, and honest about what is wrong with a file."""

from __future__ import annotations

import datetime

import pytest

from aspen.core.errors import BadSetting
from aspen.core.model_card import Skill, Zone
from aspen.dialects.table import DIALECTS
from aspen.providers.catalogue import checked_on, read_catalogue, shipped_providers
from aspen.providers.provider_json import DIALECTS as KNOWN_DIALECTS

HEAD = 'checked_on = "2026-11-22"\n'
PROVIDER = HEAD + (
    '[[provider]]\nname = "acme"\ntitle = "Acme"\nzone = "cloud"\ndialect = "openai_chat"\n'
    'base_url = "https://api.acme.test/v1"\n'
)


def test_the_four_clouds_and_practice_are_there() -> None:
    names = [provider.name for provider in shipped_providers()]
    assert names == ["anthropic", "openai", "google", "mistral", "practice"]


def test_every_cloud_has_a_key_an_encrypted_address_and_models_that_chat() -> None:
    for provider in shipped_providers():
        if provider.name == "practice":
            continue
        assert provider.zone is Zone.CLOUD
        assert provider.base_url.startswith("https://")
        assert provider.key_header is not None
        assert provider.key_variable is not None
        assert provider.models
        for card in provider.models:
            assert Skill.CHAT in card.skills
            assert (card.source, card.zone) == (provider.name, provider.zone)
            assert card.dialect in DIALECTS


def test_the_names_of_the_dialects_are_those_that_are_spoken() -> None:
    assert frozenset(DIALECTS) == KNOWN_DIALECTS


def test_practice_wants_no_key_and_is_never_chosen_for_anybody() -> None:
    practice = shipped_providers()[-1]
    assert practice.name == "practice"
    assert practice.key_header is None
    assert not practice.is_routable
    assert practice.zone is Zone.CLOUD


def test_the_date_of_the_last_look_is_a_date() -> None:
    assert datetime.date.fromisoformat(checked_on()).year >= 2026


def test_a_small_catalogue_is_read() -> None:
    _, (acme,) = read_catalogue(PROVIDER)
    assert (acme.name, acme.base_url, acme.models, acme.is_routable) == ("acme", "https://api.acme.test/v1", (), True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense", "not TOML"),
        ("", "checked_on"),
        (HEAD + "colour = 1", "'colour'"),
        (PROVIDER + "colour = 1", "'acme': nothing is known of 'colour'"),
        (PROVIDER + PROVIDER.removeprefix(HEAD), "names two things"),
        (PROVIDER.replace("https", "http"), "must begin with https"),
        (PROVIDER.replace('"cloud"', '"local"'), "zone must be one of"),
        (PROVIDER.replace("openai_chat", "carrier_pigeon"), "dialect must be one of"),
        (PROVIDER.replace('"acme"', '"Acme Inc"'), "name must be small letters"),
        (PROVIDER.replace('base_url = "https://api.acme.test/v1"\n', ""), "base_url must be text"),
        (PROVIDER + "[[provider.models]]\nname = 'a'", "context_tokens"),
        (PROVIDER + "[[provider.models]]\nname = 'a'\ncontext_tokens = 8\nskills = ['fly']", "'fly'"),
        (PROVIDER + "[[provider.models]]\nname = 'a b'\ncontext_tokens = 8", "printable"),
        (PROVIDER + "[[provider.models]]\nname = 'a'\ncontext_tokens = 8\nanswer_tokens = 9", "answer_tokens"),
    ],
)
def test_what_is_wrong_with_a_catalogue_is_named(text: str, said: str) -> None:
    with pytest.raises(BadSetting) as caught:
        read_catalogue(text)
    assert said in caught.value.sentence
