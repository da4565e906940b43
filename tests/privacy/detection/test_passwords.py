"""Passwords and keys that a word names are found; code that handles them, and sentences about them, are not."""

from __future__ import annotations

import pytest

from aspen.privacy.detection.passwords import find_passwords
from aspen.privacy.detection.view import read_plainly


def passwords_in(text: str) -> list[str]:
    return [text[each.start : each.end] for each in find_passwords(read_plainly(text))]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('DB_PASSWORD="Tr0ub4dor&3"', "Tr0ub4dor&3"),
        ("the password is hunter22, I think", "hunter22"),
        ("the password for the router is Blau-Haus7!", "Blau-Haus7"),
        ("Passwort: Sommer2024!", "Sommer2024"),
        ("La password per il router è Tr4nquillo!9", "Tr4nquillo!9"),
        ("A senha é Tr4nquila!9", "Tr4nquila!9"),
        ("mot de passe : Ete2024#oui", "Ete2024#oui"),
        ("passwd=9x8y7z6w", "9x8y7z6w"),
        ('api_key: "5f2b9c1d7e3a4f6b8c0d"', "5f2b9c1d7e3a4f6b8c0d"),
        ("client_secret=Zx9Kq2Lm8Pn4Rt6Vw1", "Zx9Kq2Lm8Pn4Rt6Vw1"),
    ],
)
def test_a_named_password_or_key_is_found(text: str, value: str) -> None:
    assert passwords_in(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "password = getpass.getpass()",
        "password = args.password",
        "if password == password2:",
        "password = old_password1",
        "password: str | None = None",
        "self.password = decode_base64(arg)",
        'password = "${DB_PASSWORD}"',
        'password = "<your password>"',
        "password = changeme123",
        "The password is stored as a hash.",
        "the secret is out",
        "token = next(tokens)",
        'api_key = os.environ["API_KEY"]',
        "The secret of good bread is time: 19 hours.",
        "secret: see https://vault.example.org/x1",
    ],
)
def test_code_placeholders_and_sentences_are_no_passwords(text: str) -> None:
    assert passwords_in(text) == []
