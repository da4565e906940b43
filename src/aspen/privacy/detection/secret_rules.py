"""The rules for secrets, read once from `secret_rules.json` when the first text is looked through."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from aspen.privacy.detection.patterns import Match, Pattern, narrow


@dataclass(slots=True, kw_only=True)
class SecretRule:
    """One issuer's kind of key. Compiled when a keyword of it is first met: all of them together take 10 MiB.

    `group` is where the value stands; None is the first group that took part, or all of the match.
    """

    name: str
    pattern: str
    keywords: tuple[str, ...]
    group: int | None = None
    least_entropy: float = 0.0
    needs_digit: bool = False
    required: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    _compiled: Pattern[bytes] | None = field(default=None, init=False)

    def compiled(self) -> Pattern[bytes]:
        if self._compiled is None:
            self._compiled = narrow(self.pattern)
        return self._compiled

    def value_span(self, match: Match[bytes]) -> tuple[int, int]:
        """Return where the secret itself stands in a match."""
        if self.group is not None:
            return match.span(self.group)
        taken = (group for group in range(1, self.compiled().groups + 1) if match.span(group) != (-1, -1))
        return match.span(next(taken, 0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleSet:
    """All rules, and one pattern of all keywords that says in one pass which of the rules can match at all."""

    rules: tuple[SecretRule, ...]
    placeholders: Pattern[bytes]
    keywords: Pattern[bytes]
    by_keyword: dict[bytes, tuple[SecretRule, ...]]


@cache
def rule_set() -> RuleSet:
    """Read and index the rules: about 15 ms and 1 MiB, once."""
    told = json.loads(resources.files("aspen.privacy.detection").joinpath("secret_rules.json").read_text("utf-8"))
    rules = tuple(_rule(row) for row in told["rules"])
    by_word: dict[str, list[SecretRule]] = {}
    for rule in rules:
        for word in rule.keywords:
            by_word.setdefault(word, []).append(rule)
    return RuleSet(
        rules=rules,
        placeholders=any_of(tuple(told["placeholders"])),
        keywords=narrow("|".join(_literal(word) for word in by_word), ignore_case=True, longest=True),
        by_keyword={word.encode("ascii"): _wanting(word, by_word) for word in by_word},
    )


@cache
def any_of(patterns: tuple[str, ...]) -> Pattern[bytes]:
    """Compile one pattern that matches where any of these does."""
    return narrow("|".join(f"(?:{pattern})" for pattern in patterns))


def _wanting(found: str, by_word: Mapping[str, Sequence[SecretRule]]) -> tuple[SecretRule, ...]:
    """Return the rules that a keyword calls for; the longest is found, and shorter ones begin at the same place."""
    shorter = (found[:length] for length in range(1, len(found) + 1))
    return tuple(rule for word in shorter for rule in by_word.get(word, ()))


def _literal(word: str) -> str:
    return "".join(each if each.isalnum() else f"\\x{ord(each):02x}" for each in word)


def _rule(row: dict[str, Any]) -> SecretRule:
    return SecretRule(
        name=row["name"],
        pattern=row["pattern"],
        keywords=tuple(word.lower() for word in row["keywords"]),
        group=row.get("group"),
        least_entropy=row.get("least_entropy", 0.0),
        needs_digit=row.get("needs_digit", False),
        required=tuple(row.get("required", ())),
        ignored=tuple(row.get("ignored", ())),
    )
