"""A server of the user's own, or any other that speaks a known dialect, as a provider like the shipped ones.

vLLM, SGLang, llama-server, Ollama and LM Studio all speak the OpenAI dialect below /v1. Such a server is never local,
on this same machine neither: Aspen did not start it, and it may pass on what it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from aspen.core.errors import BadSetting, Misused
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.provider import KeyHeader, Provider
from aspen.providers.catalogue import shipped_providers
from aspen.providers.provider_json import ZONE_WORDS, provider_from_json, provider_to_json
from aspen.providers.server_url import BaseUrl, parse_base_url

RESERVED_NAMES = frozenset({"auto", "cloud", "internal", "local", "machine", "starter"})
"""Words that mean something else wherever a model or provider is named."""

DEFAULT_CONTEXT_TOKENS = 32_768
DEFAULT_SKILLS = frozenset({Skill.CHAT})

_COMPATIBLE = "openai_chat_compatible"
_VERSION = "/v1"
_BEARER = KeyHeader(name="authorization", prefix="Bearer ")
_KEY_HEADERS = {
    _COMPATIBLE: _BEARER,
    "openai_chat": _BEARER,
    "openai_responses": _BEARER,
    "mistral_chat": _BEARER,
    "anthropic_messages": KeyHeader(name="x-api-key"),
    "anthropic_messages_sampling": KeyHeader(name="x-api-key"),
    "gemini_generate": KeyHeader(name="x-goog-api-key"),
}

_ANTHROPIC_VERSION = (("anthropic-version", "2023-06-01"),)
_HEADERS = {"anthropic_messages": _ANTHROPIC_VERSION, "anthropic_messages_sampling": _ANTHROPIC_VERSION}
"""What a dialect wants with every request, whoever speaks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnServer:
    """What a person says about a server: `zone` is the word `internal` (mine) or `cloud` (somebody else's).

    `models` are the names that the server knows them by; context and skills are the same for all of them.
    """

    name: str
    url: str
    zone: str | None
    models: tuple[str, ...]
    dialect: str = _COMPATIBLE
    context_tokens: int = DEFAULT_CONTEXT_TOKENS
    skills: frozenset[Skill] = DEFAULT_SKILLS
    ca_file: str | None = None
    wants_key: bool = False
    key_variable: str | None = None


def own_server(said: OwnServer, taken: Iterable[str] = ()) -> Provider:
    """Make a provider of what a person said.

    Raises Misused with a sentence that says what to write instead: for a name that is `taken` or means something else,
    a zone that is not said, an address that is not encrypted outside a private network.
    """
    zone = _zone(said)
    url = _url(said, zone)
    shipped = {provider.name for provider in shipped_providers()}
    if said.name in RESERVED_NAMES | shipped | set(taken):
        raise Misused(f"{said.name!r} already means something else.", hint="Choose another name for this server.")
    if not said.models:
        raise Misused(f"No model of {said.name} is named.", hint="Add --model NAME for each, as the server calls it.")
    wanted = Provider(
        name=said.name,
        title=said.name,
        zone=zone,
        dialect=said.dialect,
        base_url=str(url),
        key_header=_KEY_HEADERS.get(said.dialect) if said.wants_key else None,
        key_variable=said.key_variable,
        headers=_HEADERS.get(said.dialect, ()),
        models=tuple(_card(said, zone, name) for name in said.models),
        ca_file=said.ca_file,
    )
    try:
        return provider_from_json(provider_to_json(wanted), "The server")
    except BadSetting as error:
        raise Misused(error.sentence, hint=error.hint, facts=error.facts) from None


def _zone(said: OwnServer) -> Zone:
    zone = ZONE_WORDS.get(said.zone or "")
    if zone is None:
        raise Misused(
            f"Say whose server {said.name} is: --zone internal if it is your own, --zone cloud if it is not.",
            hint="A server that Aspen did not start is never local, on this computer neither: it may pass words on.",
        )
    return zone


def _url(said: OwnServer, zone: Zone) -> BaseUrl:
    try:
        url = parse_base_url(said.url)
    except ValueError as error:
        raise Misused(f"{said.url!r} cannot be used: {error}.") from None
    if not url.is_encrypted and not url.is_private:
        raise Misused(f"{url} is not encrypted, and not in a private network.", hint="Use an address with https.")
    if not url.is_encrypted and zone is not Zone.OWN_SERVERS:
        raise Misused(f"{url} is not encrypted.", hint="Use https, or say --zone internal if the server is your own.")
    # The dialect adds the version itself; those who know OpenAI's SDK write it at the address's end.
    return replace(url, path=url.path.removesuffix(_VERSION))


def _card(said: OwnServer, zone: Zone, name: str) -> ModelCard:
    return ModelCard(
        name=name,
        zone=zone,
        dialect=said.dialect,
        context_tokens=said.context_tokens,
        skills=said.skills,
        source=said.name,
    )
