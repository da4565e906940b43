"""A rule is said back in words that hold every condition it has."""

from __future__ import annotations

import pytest

from aspen.privacy.rule_sentences import sentence_of
from aspen.privacy.rules_file import read_rules


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ("then = 'deny'", "Never send: anything."),
        (
            "then = 'deny'\nto = ['openai', 'google']\npath = '~/cases'\nnote = 'contract'",
            "Never send: to google or openai, with a file in /home/ada/cases (contract).",
        ),
        (
            "then = 'allow'\nlabel = 'my-servers'\nmodel = 'x'\nproject = 'fair'\npath = ['/a', '/b']",
            (
                "Let leave without a question: labelled my-servers or laxer, to the model x, in the project fair, "
                "with files that all lie in /a or /b."
            ),
        ),
        (
            "then = 'ask'\nlabel = ['may-leave', 'my-servers']\npurpose = 'chat'\ncosts-over = 0.1",
            (
                "Ask first about: labelled may-leave or stricter, for chat, that could cost more than $0.10, "
                "or nobody knows how much."
            ),
        ),
        (
            "then = 'ask'\nbetween = '22:00-06:00'\ndays = ['fri', 'mon']\nlarger-than = '20 kB'",
            "Ask first about: from 22:00 to 06:00 of the next day, beginning on mon or fri, larger than 20,000 bytes.",
        ),
        ("then = 'ask'\nbetween = '09:00-24:00'", "Ask first about: from 09:00 to 24:00."),
        ("then = 'ask'\ndays = 'sun'", "Ask first about: on sun."),
    ],
)
def test_a_sentence_says_what_a_rule_does_and_when(written: str, sentence: str) -> None:
    (rule,) = read_rules(f"[[rule]]\n{written}", "/home/ada").rules
    assert sentence_of(rule) == sentence
