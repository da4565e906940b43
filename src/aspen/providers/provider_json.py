"""A provider as a table, in both directions: a row of the catalogue, of the gate's list, or of a message to the gate.

Prices do not travel: they are looked up where the price list is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TypeVar

from aspen.core.errors import BadSetting
from aspen.core.model_card import ModelCard, Skill, Zone
from aspen.core.provider import KeyHeader, Provider
from aspen.providers.row import Row
from aspen.providers.server_url import parse_base_url

T = TypeVar("T")

PROVIDER_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
MODEL_NAME = re.compile(r"[!-~]{1,200}")

ZONE_WORDS = {"internal": Zone.OWN_SERVERS, "cloud": Zone.CLOUD}
"""No word for this machine: what Aspen did not start is never local, whatever its address says."""

DIALECTS = frozenset(
    {
        "anthropic_messages",
        "anthropic_messages_sampling",
        "gemini_generate",
        "mistral_chat",
        "openai_chat",
        "openai_chat_compatible",
        "openai_responses",
    }
)
"""The names of `dialects/table.py`, which may not be imported here."""

_DIALECT_WORDS = {name: name for name in DIALECTS}
_HEADER_NAME = re.compile(r"[a-z0-9-]{1,64}")
_HEADER_VALUE = re.compile(r"[ -~]{0,1000}")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_GATE_HEADERS = frozenset(
    {"accept-encoding", "authorization", "connection", "content-length", "content-type", "host", "transfer-encoding"}
)


def provider_to_json(provider: Provider) -> dict[str, object]:
    """Flatten a provider."""
    key = provider.key_header
    return {
        "name": provider.name,
        "title": provider.title,
        "zone": next(word for word, zone in ZONE_WORDS.items() if zone == provider.zone),
        "dialect": provider.dialect,
        "base_url": provider.base_url or None,
        "key_header": None if key is None else {"name": key.name, "prefix": key.prefix or None},
        "key_variable": provider.key_variable,
        "headers": [list(header) for header in provider.headers],
        "models": [_card_to_json(card, provider.dialect) for card in provider.models],
        "prices": provider.prices,
        "ca_file": provider.ca_file,
        "is_routable": provider.is_routable,
    }


def provider_from_json(told: object, where: str = "A provider") -> Provider:
    """Read a provider and check every field.

    Raises BadSetting that names the table (`where`) and the field. An address that is not encrypted is taken for own
    servers alone, and only where the address itself is private.
    """
    row = Row(told, where)
    name = row.text("name")
    if not PROVIDER_NAME.fullmatch(name):
        raise row.wrong("name", "must be small letters, digits and hyphens")
    row.where = f"{where} {name!r}"
    zone = _one_of(row, "zone", ZONE_WORDS)
    dialect = _one_of(row, "dialect", _DIALECT_WORDS)
    is_routable = row.flag("is_routable", default=True)
    provider = Provider(
        name=name,
        title=row.text("title"),
        zone=zone,
        dialect=dialect,
        base_url=_base_url(row, zone, may_be_absent=not is_routable),
        key_header=_key_header(row),
        key_variable=_matching(row, "key_variable", _VARIABLE, "must be the name of an environment variable"),
        headers=_headers(row),
        models=_cards(row, name, zone, dialect),
        prices=row.text_or_none("prices"),
        ca_file=_ca_file(row),
        is_routable=is_routable,
    )
    row.finish()
    return provider


def _card_to_json(card: ModelCard, dialect: str) -> dict[str, object]:
    return {
        "name": card.name,
        "dialect": None if card.dialect == dialect else card.dialect,
        "aliases": list(card.aliases),
        "context_tokens": card.context_tokens,
        "answer_tokens": card.answer_tokens,
        "skills": sorted(skill.value for skill in card.skills),
    }


def _cards(row: Row, provider: str, zone: Zone, dialect: str) -> tuple[ModelCard, ...]:
    cards = tuple(_card(told, provider, zone, dialect) for told in row.rows("models"))
    names = [name for card in cards for name in (card.name, *card.aliases)]
    if doubled := next((name for name in names if names.count(name) > 1), None):
        raise BadSetting(f"{row.where}: two models answer to the name {doubled!r}.")
    return cards


def _card(row: Row, provider: str, zone: Zone, dialect: str) -> ModelCard:
    name, aliases = row.text("name"), row.texts("aliases")
    if not all(MODEL_NAME.fullmatch(each) for each in (name, *aliases)):
        raise row.wrong("name", "and aliases must be printable and hold no blanks")
    skills = {skill.value: skill for skill in Skill}
    if unknown := next((word for word in row.texts("skills") if word not in skills), None):
        raise row.wrong("skills", f"must be among {', '.join(skills)}, not {unknown!r}")
    context_tokens, answer_tokens = row.count("context_tokens"), row.count_or_none("answer_tokens")
    if answer_tokens is not None and answer_tokens > context_tokens:
        raise row.wrong("answer_tokens", "must not be above context_tokens")
    card = ModelCard(
        name=name,
        zone=zone,
        dialect=dialect if row.value("dialect") is None else _one_of(row, "dialect", _DIALECT_WORDS),
        context_tokens=context_tokens,
        skills=frozenset(skills[word] for word in row.texts("skills")),
        source=provider,
        answer_tokens=answer_tokens,
        aliases=aliases,
    )
    row.finish()
    return card


def _one_of(row: Row, name: str, words: Mapping[str, T]) -> T:
    word = row.text(name)
    if word not in words:
        raise row.wrong(name, f"must be one of {', '.join(sorted(words))}, not {word!r}")
    return words[word]


def _base_url(row: Row, zone: Zone, *, may_be_absent: bool) -> str:
    """An address may be absent where Aspen runs the provider itself and fills it in."""
    text = row.text_or_none("base_url")
    if text is None and may_be_absent:
        return ""
    try:
        url = parse_base_url(row.text("base_url"))
    except ValueError as error:
        raise row.wrong("base_url", f"is not an address: {error}") from None
    if not url.is_encrypted and not (zone is Zone.OWN_SERVERS and url.is_private):
        raise row.wrong("base_url", "must begin with https; http is for own servers at a private address")
    return str(url)


def _key_header(row: Row) -> KeyHeader | None:
    told = row.row_or_none("key_header")
    if told is None:
        return None
    header = KeyHeader(name=told.text("name"), prefix=told.text_or_none("prefix") or "")
    told.finish()
    if not _HEADER_NAME.fullmatch(header.name) or not _HEADER_VALUE.fullmatch(header.prefix):
        raise row.wrong("key_header", "must be a header in small letters, with a printable prefix")
    return header


def _headers(row: Row) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    for pair in row.values("headers"):
        match pair:
            case [str() as name, str() as value] if _HEADER_NAME.fullmatch(name) and _HEADER_VALUE.fullmatch(value):
                headers.append((name, value))
            case _:
                raise row.wrong("headers", "must be pairs of a name in small letters and a printable value")
    if taken := next((name for name, _ in headers if name in _GATE_HEADERS), None):
        raise row.wrong("headers", f"must not hold {taken!r}, which the gate itself sets")
    return tuple(headers)


def _ca_file(row: Row) -> str | None:
    path = row.text_or_none("ca_file")
    if path is not None and (not path.startswith("/") or "\0" in path):
        raise row.wrong("ca_file", "must be an absolute path")
    return path


def _matching(row: Row, name: str, pattern: re.Pattern[str], what: str) -> str | None:
    text = row.text_or_none(name)
    if text is not None and not pattern.fullmatch(text):
        raise row.wrong(name, what)
    return text
