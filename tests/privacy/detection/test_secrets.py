"""Keys and tokens of known form are found in code and in prose, and named; what only resembles them is not.

Tokens are put together here, so that no scanner takes this file for a leak.
"""

from __future__ import annotations

import pytest

from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.secrets import entropy, find_secrets
from aspen.privacy.detection.view import read_plainly

LETTERS = "aB3dE5gH7jK9mN1pQ2sT4vW6yZ8bC0fG"
AWS_KEY = "AKIA" + "IOSFODNN7EXAMPLE"


def secrets_in(text: str) -> list[Finding]:
    return list(find_secrets(read_plainly(text)))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (f'aws_access_key_id = "{AWS_KEY}"', "AWS access token"),
        (f"my token is ghp_{LETTERS}a1B2, can you check it?", "GitHub PAT"),
        (f"GITLAB_TOKEN=glpat-{LETTERS[:20]}", "GitLab PAT"),
        (f"stripe.api_key = 'sk_live_{LETTERS[:24]}'", "Stripe access token"),
        (f"Slack says xoxb-123456789012-1234567890123-{LETTERS[:24]}.", "Slack bot token"),
        (f"Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJ{LETTERS}{LETTERS}.{LETTERS}abcdefghij1", "JWT"),
        (f"-----BEGIN RSA PRIVATE KEY-----\n{LETTERS * 6}\n-----END RSA PRIVATE KEY-----", "Private key"),
        ("postgres://app:9fT2kLq8Zx@db.internal:5432/main", "generic credential URI"),
    ],
)
def test_a_token_of_known_form_is_found_and_named(text: str, name: str) -> None:
    assert f"a secret ({name})" in {each.what for each in secrets_in(text)}


def test_a_finding_spans_the_value_alone_and_does_not_repeat_it() -> None:
    text = f"key: {AWS_KEY}, region: eu"
    (found,) = secrets_in(text)
    assert text[found.start : found.end] == AWS_KEY
    assert found.kind is Kind.SECRET
    assert AWS_KEY not in found.what


@pytest.mark.parametrize(
    "text",
    [
        "commit 9fceb02d0ae598e95dc970b74767f19372d61af8",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "request 123e4567-e89b-42d3-a456-426614174000 failed",
        "ghp_ is how such tokens begin, sk_live_ too",
        "stripe key: sk_live_${STRIPE_KEY}",
        "http://user:password@example.org/",
        "data = [AKIA, ASIA]",
    ],
)
def test_hashes_identifiers_and_placeholders_are_no_secrets(text: str) -> None:
    assert secrets_in(text) == []


def test_two_tokens_that_share_the_character_between_them_are_both_found() -> None:
    token = f"ghp_{LETTERS}a1B2"
    assert [each.start for each in secrets_in(f"{token} {token}")] == [0, len(token) + 1]


def test_entropy_is_in_bits_for_each_byte() -> None:
    assert entropy(b"aaaa") == 0
    assert entropy(b"abcd") == 2
