"""Finds passwords and keys of no recognisable form by the words before them: `password = …`, "the password is …"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import Pattern, every_match, narrow
from aspen.privacy.detection.secrets import entropy, has_digit
from aspen.privacy.detection.view import View

_PASSWORD_WORD: Final = (
    r"(?:pass(?:word|wd|code| ?phrase)|passwort|kennwort|pwd|mot de passe|contrase[nñ]a|clave secreta|wachtwoord|senha)"
)
_KEY_WORD: Final = (
    r"(?:secret|token|api[ _.-]?key|access[ _.-]?key|private[ _.-]?key|signing[ _.-]?key|encryption[ _.-]?key"
    r"|auth[ _.-]?key|credentials?|bearer)"
)
_SIGN: Final = r"['\"]?[ \t]{0,3}(?:=>|:=|=|:)[ \t]{0,3}"
_IS: Final = (
    r"(?: (?:for|to|of|on|f\xfcr|pour|para|per|voor) [^\n.:=]{1,30}?)?[ \t]{1,3}"
    r"(?:is|was|ist|lautet|est|es|[e\xe8\xe9]):?[ \t]{1,3}"
)
_VALUE: Final = (
    "(?:\"([^\"\\r\\n]{4,200})\"|'([^'\\r\\n]{4,200})'|`([^`\\r\\n]{4,200})`|([^\\s\"'`<>{}()\\[\\]]{4,200}))"
)

_PASSWORD: Final = narrow(rf"{_PASSWORD_WORD}[\w.-]{{0,20}}(?:{_SIGN}|({_IS})){_VALUE}", ignore_case=True)
_KEY: Final = narrow(rf"{_KEY_WORD}[\w.-]{{0,20}}(?:{_SIGN}|({_IS})){_VALUE}", ignore_case=True)

_NO_VALUE: Final = narrow(
    r"^[\w.-]*(?:example|placeholder|change_?me|change_?it|your[_-]|redacted|dummy|insert|todo|xxx|\.\.\.|\*\*\*)"
    r"|^(?:none|null|nil|true|false|undefined|required|optional|string|str|int|bool|bytes)\b"
    r"|\$\{|\$\(|\{\{|%\(|%[sdr]|://|^[$@%&/.~=!-]|[()\[\]{}<>|]|\.(?:py|js|ts|txt|json|ya?ml|pem|crt|html)$",
    ignore_case=True,
)
_WORDS_OF_CODE: Final = narrow(r"^[A-Za-z_][A-Za-z_]*[0-9]?(?:(?:\.|::|->|-)[A-Za-z_]\w*)*[,;.:!?]*$")
_KEY_VALUE: Final = narrow(r"^[0-9A-Za-z+/=_.~-]{16,}$")

_LEAST_KEY_ENTROPY: Final = 3.3


def find_passwords(view: View) -> Iterator[Finding]:
    """Yield a finding for each value that looks chosen or drawn, not one that is code, prose or a placeholder."""
    yield from _named(view, _PASSWORD, "a password")
    yield from _named(view, _KEY, "a key or token")


def _named(view: View, pattern: Pattern[bytes], what: str) -> Iterator[Finding]:
    for match in every_match(pattern, view.narrow):
        group = next(each for each in (2, 3, 4, 5) if match.span(each) != (-1, -1))
        start, end = match.span(group)
        value = view.narrow[start:end]
        is_code = group == 5 and match.span(1) == (-1, -1)
        if group == 5:
            value = value.rstrip(b",;.:!?")
            if view.narrow[end : end + 1] in (b"(", b"["):
                continue
        if _is_key(value) if pattern is _KEY else _is_password(value, is_code=is_code):
            at, until = view.span(start, start + len(value))
            yield Finding(start=at, end=until, kind=Kind.SECRET, what=what)


def _is_key(value: bytes) -> bool:
    """Whether this was drawn at random: long, of one alphabet, with digits and letters."""
    return (
        _KEY_VALUE.search(value) is not None
        and has_digit(value)
        and any(chr(each).isalpha() for each in value)
        and entropy(value) >= _LEAST_KEY_ENTROPY
        and _NO_VALUE.search(value) is None
        and _WORDS_OF_CODE.search(value) is None
    )


def _is_password(value: bytes, *, is_code: bool) -> bool:
    """Whether a person could have chosen this: at least two kinds of characters, no expression and no sentence.

    In code, a name that stands where the value would is none.
    """
    if len(value) < 6 or len(set(value)) < 4 or _NO_VALUE.search(value) is not None:
        return False
    if is_code and _WORDS_OF_CODE.search(value) is not None and (b"." in value or not _ends_in_digits(value)):
        return False
    text = value.decode("latin-1")
    kinds = [
        any(each.isdigit() for each in text),
        any(each.islower() for each in text),
        any(each.isupper() for each in text[1:]),
        any(not each.isalnum() and each not in " _-.,:'" for each in text),
    ]
    return sum(kinds) >= 2 and " " not in text


def _ends_in_digits(value: bytes) -> bool:
    return value[-2:].isdigit()
