"""Finds keys and tokens whose issuer gave them a recognisable form. Never asks the issuer whether they are valid."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import every_match
from aspen.privacy.detection.secret_rules import RuleSet, SecretRule, any_of, rule_set
from aspen.privacy.detection.view import View


def find_secrets(view: View) -> Iterator[Finding]:
    """Yield a finding for each value that a rule for secrets takes."""
    rules = rule_set()
    for rule in _rules_to_try(rules, view.narrow):
        for match in every_match(rule.compiled(), view.narrow):
            start, end = rule.value_span(match)
            if _is_secret(rule, rules, view.narrow[start:end]):
                at, until = view.span(start, end)
                yield Finding(start=at, end=until, kind=Kind.SECRET, what=f"a secret ({rule.name})")


def _rules_to_try(rules: RuleSet, text: bytes) -> list[SecretRule]:
    """Return the rules of which a keyword occurs. Keywords may overlap, so the next search begins one further on."""
    found: set[bytes] = set()
    position = 0
    while (match := rules.keywords.search(text, position)) is not None:
        start, end = match.span()
        found.add(text[start:end].lower())
        position = start + 1
    wanted = {id(rule): rule for word in found for rule in rules.by_keyword[word]}
    return list(wanted.values())


def _is_secret(rule: SecretRule, rules: RuleSet, value: bytes) -> bool:
    """Whether a value is random enough, has what its rule requires and is no placeholder."""
    if not value or entropy(value) < rule.least_entropy or (rule.needs_digit and not has_digit(value)):
        return False
    if rules.placeholders.search(value) is not None:
        return False
    if any(any_of((pattern,)).search(value) is None for pattern in rule.required):
        return False
    return not rule.ignored or any_of(rule.ignored).search(value) is None


def entropy(value: bytes) -> float:
    """Return the Shannon entropy of the bytes of a value, in bits for each."""
    counts = Counter(value).values()
    return -sum(count / len(value) * math.log2(count / len(value)) for count in counts)


def has_digit(value: bytes) -> bool:
    return any(48 <= each <= 57 for each in value)
