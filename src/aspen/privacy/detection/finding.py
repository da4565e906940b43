"""What a detector found, where, and what follows from it. Never the value itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """STAYS_HERE makes a text private; SHOWN is told to the person in the preview."""

    STAYS_HERE = "stays here"
    SHOWN = "shown"


class Kind(StrEnum):
    """What is looked for, in the words that people read."""

    SECRET = "secret"
    PAYMENT_CARD = "payment card number"
    BANK_ACCOUNT = "bank account number"
    NATIONAL_ID = "national id"
    PATIENT = "patient number"
    CASE = "case number"
    OWN_WORD = "word of yours"
    UNSEEN = "unread text"
    EMAIL = "e-mail address"
    PHONE = "phone number"
    POSTAL = "postal address"
    PERSON = "personal name"
    BIRTH_DATE = "birth date"
    DOCUMENT = "identity number"
    UNSEEN_NAMES = "text that could not be looked through for names"


SHOWN_KINDS: Final = frozenset(
    {Kind.EMAIL, Kind.PHONE, Kind.POSTAL, Kind.PERSON, Kind.BIRTH_DATE, Kind.DOCUMENT, Kind.UNSEEN_NAMES}
)
"""All others stay here, also one that a later version adds."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """`start` and `end` are character offsets in the text as it was given; `what` says it to a person."""

    start: int
    end: int
    kind: Kind
    what: str

    @property
    def severity(self) -> Severity:
        return Severity.SHOWN if self.kind in SHOWN_KINDS else Severity.STAYS_HERE
