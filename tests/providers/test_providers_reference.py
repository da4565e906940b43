"""The page on providers says what the catalogue says, row by row."""

from __future__ import annotations

import re
from pathlib import Path

from aspen.core.model_card import ModelCard, Skill
from aspen.core.provider import Provider
from aspen.providers.catalogue import checked_on, shipped_providers

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "providers.md").read_text("utf-8")
SHOWN_SKILLS = (Skill.TOOLS, Skill.SCHEMA, Skill.THINKING, Skill.VISION)


def _provider_row(provider: Provider) -> str:
    where = f"`{provider.base_url}`" if provider.base_url else "this computer"
    key = f"`{provider.key_variable}`" if provider.key_variable else "no key"
    return f"| `{provider.name}` | {where} | `{provider.dialect}` | {key} |"


def _model_row(card: ModelCard) -> str:
    aliases = ", ".join(f"`{alias}`" for alias in card.aliases)
    answer = f"{card.answer_tokens:,}" if card.answer_tokens else "as the context"
    can = ", ".join(skill.value for skill in SHOWN_SKILLS if skill in card.skills) or "chat alone"
    return f"| `{card.name}` | {aliases} | {card.context_tokens:,} | {answer} | {can} |"


def test_every_provider_and_model_has_its_row_and_no_other_has_one() -> None:
    rows = [_provider_row(provider) for provider in shipped_providers()]
    rows += [_model_row(card) for provider in shipped_providers() for card in provider.models]
    shown = re.findall(r"^\| `(?!--|internal|cloud).*$", PAGE, re.MULTILINE)
    assert shown == rows


def test_the_day_of_the_numbers_is_the_catalogues() -> None:
    assert f"as listed on {checked_on()}" in PAGE
