"""Finds e-mail addresses and phone numbers: shown before sending, since they alone keep nothing here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aspen.privacy.detection.finding import Finding, Kind
from aspen.privacy.detection.patterns import every_match, narrow
from aspen.privacy.detection.view import View

_EMAIL: Final = narrow(
    r"(?:^|[^0-9A-Za-z._%+-])"
    r"([0-9A-Za-z\xc0-\xff][0-9A-Za-z\xc0-\xff._%+-]{0,63}"
    r"(?:@| ?[\[({] ?(?:at|AT) ?[\])}] ?)"
    r"(?:[0-9A-Za-z\xc0-\xff-]{1,63}(?:\.| ?[\[({] ?(?:dot|DOT) ?[\])}] ?)){1,4}[A-Za-z]{2,24})"
)
_NO_PERSON: Final = narrow(
    r"@(?:[\w.-]+\.)?example\.(?:com|org|net|edu)$|@example\.|^git@|^(?:no-?reply|do-?not-?reply)@"
    r"|@[\w.-]*\.(?:py|js|ts|png|jpe?g|gif|svg|css|html|json|local|service|target|socket|invalid|test)$",
    ignore_case=True,
)

_PHONE_WORD: Final = (
    r"tel\.?|telephone|phone|mobile|cell|fax|whatsapp|signal|sms|ring|call|dial|telefon|handy|mobil|rufnummer|durchwahl"
    r"|t[e\xe9]l\.?|t[e\xe9]l[e\xe9]phone|portable|tel[e\xe9]fono|m[o\xf3]vil|celular|ph|hotline"
    r"|reach (?:me|us|him|her) (?:at|on)"
)
_PHONES: Final = tuple(
    narrow(rf"(?:^|[^0-9A-Za-z_.,/+:=#$-])({form})(?:$|[^0-9A-Za-z_-])")
    for form in (
        # international: + or 00, a country code, 7 to 13 more digits
        r"(?:\+|00)[1-9][0-9]{0,2}[ .-]{0,2}(?:\(0?[0-9]{0,4}\)[ .-]?)?[0-9](?:[ ./-]{0,2}[0-9]){5,12}",
        # North America
        r"(?:1[ .-])?\([2-9][0-9]{2}\)[ .-]{0,2}[2-9][0-9]{2}[ .-]?[0-9]{4}",
        r"(?:1[.-])?[2-9][0-9]{2}[.-][2-9][0-9]{2}[.-][0-9]{4}",
        # national, with the trunk prefix 0: in two groups with a long area code, or in several
        r"\(?0[1-9][0-9]{1,4}\)?[ /-]{1,3}[0-9]{3,4}[ -]?[0-9]{2,5}(?:[ -][0-9]{1,4})?",
        r"0[1-9](?:[ .-][0-9]{2}){4}",
        r"0[1-9](?:[ .-]?[0-9]){2,4}[ .-][0-9]{2,4}[ .-][0-9]{2,4}",
    )
)
_NAMED_PHONE: Final = narrow(
    rf"(?:^|[^0-9A-Za-z])(?:{_PHONE_WORD})(?: (?:number|no\.?|nr\.?|is|at|on|me|us|him|her|it)){{0,3}}"
    r"[ \t]?[:=#(]{0,2}[ \t]{0,2}(\+?[0-9(](?:[ ()./-]{0,2}[0-9]){5,14})(?:$|[^0-9A-Za-z_-])",
    ignore_case=True,
)
_LEAST_DIGITS: Final = 7
_MOST_DIGITS: Final = 15
_MOST_DIGITS_AT_HOME: Final = 12


def find_emails(view: View) -> Iterator[Finding]:
    """Yield a finding for each address, but for those of nobody: example.com, git@, noreply@."""
    if b"@" not in view.narrow and _AT_IN_BRACKETS.search(view.narrow) is None:
        return
    for match in every_match(_EMAIL, view.narrow):
        start, end = match.span(1)
        if _NO_PERSON.search(view.narrow[start:end]) is None:
            at, until = view.span(start, end)
            yield Finding(start=at, end=until, kind=Kind.EMAIL, what="an e-mail address")


_AT_IN_BRACKETS: Final = narrow(r"[\[({] ?at ?[\])}]", ignore_case=True)


def find_phones(view: View) -> Iterator[Finding]:
    """Yield a finding for each number that is written as phone numbers are, or that a word before it calls one."""
    for pattern in (*_PHONES, _NAMED_PHONE):
        for match in every_match(pattern, view.narrow):
            start, end = match.span(1)
            number = view.narrow[start:end]
            digits = [each for each in number if 48 <= each <= 57]
            most = _MOST_DIGITS if number.startswith((b"+", b"00")) else _MOST_DIGITS_AT_HOME
            if _LEAST_DIGITS <= len(digits) <= most and len(set(digits)) > 2:
                at, until = view.span(start, end)
                yield Finding(start=at, end=until, kind=Kind.PHONE, what="a phone number")
