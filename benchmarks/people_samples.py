"""Annotated texts for the benchmark of the reader for people: a data set that is given, or sentences made up here.

Made up from the templates and the lists of names that the PyPI package `presidio-evaluator` carries, which the data
sets of its makers are drawn from as well. Its code is not run. Such texts are synthetic: they say which forms are
found, and not how much of real letters is.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zipfile import ZipFile

_FOLDER: Final = "presidio_evaluator/data_generator/raw_data/"
_PLACE: Final = re.compile(r"\{\{([a-z_0-9]+)\}\}")
_LOWER_CASE_SHARE: Final = 0.05
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TITLES: Final = {"prefix": "Dr.", "prefix_male": "Mr.", "prefix_female": "Mrs."}

ENTITY_OF: Final[Mapping[str, str]] = {
    **dict.fromkeys(("person", "name", "name_female", "name_male"), "PERSON"),
    **dict.fromkeys(("first_name", "first_name_male", "first_name_female", "first_name_nonbinary"), "PERSON"),
    **dict.fromkeys(("last_name", "last_name_male", "last_name_female"), "PERSON"),
    **dict.fromkeys(("city", "country"), "LOCATION"),
    **dict.fromkeys(("address", "street_name"), "STREET_ADDRESS"),
    **dict.fromkeys(("date_time", "day_of_week", "year"), "DATE_TIME"),
    **dict.fromkeys(("nationality", "nation_woman", "nation_plural"), "NRP"),
    "date_of_birth": "BIRTH_DATE",
    "organization": "ORGANIZATION",
    "us_driver_license": "US_DRIVER_LICENSE",
}
"""The types of mentions, by the templates' placeholders; all others are not counted."""

_SAME: Final = {"GPE": "LOCATION", "ADDRESS": "STREET_ADDRESS", "DATE": "DATE_TIME", "ORG": "ORGANIZATION"}


@dataclass(frozen=True, slots=True)
class Mention:
    """One annotated place of a text."""

    start: int
    end: int
    entity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatedText:
    """A text and every mention in it that somebody marked."""

    text: str
    mentions: tuple[Mention, ...]


def read_texts(path: Path, count: int) -> Iterator[AnnotatedText]:
    """Read a data set as presidio-research writes them (`full_text`, `spans`), or make texts up from the package."""
    if path.suffix == ".whl":
        yield from _made_up(path, count)
        return
    for row in json.loads(path.read_text("utf-8"))[:count]:
        spans: list[dict[str, Any]] = row["spans"]
        mentions = (
            Mention(each["start_position"], each["end_position"], _entity(str(each["entity_type"]))) for each in spans
        )
        yield AnnotatedText(text=row["full_text"], mentions=tuple(mentions))


def _entity(written: str) -> str:
    return _SAME.get(written, written)


def _made_up(package: Path, count: int) -> Iterator[AnnotatedText]:
    with ZipFile(package) as archive:
        templates = _lines(archive, "templates.txt")
        people = _rows(archive, "FakeNameGenerator.com_3000.csv")
        companies = [row["organization"] for row in _rows(archive, "companies_and_organizations.csv")]
        nations = _rows(archive, "nationalities.csv")
        licences = [row["us_driver_license"] for row in _rows(archive, "us_driver_licenses.csv")]
    draw = random.Random(1)  # the same texts each time
    for _ in range(count):
        values = _values(draw, draw.choice(people), nations)
        values["organization"] = lambda: draw.choice(companies)
        values["us_driver_license"] = lambda: draw.choice(licences)
        yield _filled(draw.choice(templates), values, is_lower=draw.random() < _LOWER_CASE_SHARE)


def _lines(archive: ZipFile, name: str) -> list[str]:
    return [line for line in archive.read(_FOLDER + name).decode("utf-8-sig").splitlines() if line.strip()]


def _rows(archive: ZipFile, name: str) -> Sequence[Mapping[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(_FOLDER + name).decode("utf-8-sig"))))


def _values(
    draw: random.Random, who: Mapping[str, str], nations: Sequence[Mapping[str, str]]
) -> dict[str, Callable[[], str]]:
    """Return who would stand at each placeholder; what is not known by name is a number."""
    nation = draw.choice(nations)
    fixed = {
        **dict.fromkeys(("person", "name", "name_female", "name_male"), f"{who['GivenName']} {who['Surname']}"),
        **dict.fromkeys(
            ("first_name", "first_name_male", "first_name_female", "first_name_nonbinary"), who["GivenName"]
        ),
        **dict.fromkeys(("last_name", "last_name_male", "last_name_female"), who["Surname"]),
        "address": f"{who['StreetAddress']}, {who['City']} {who['ZipCode']}",
        "street_name": who["StreetAddress"],
        "city": who["City"],
        "country": nation["country"].title(),
        "nationality": nation["nationality"].title(),
        "nation_woman": nation["woman"].title(),
        "nation_plural": nation["plural"].title(),
        "job": who["Occupation"],
        "email": who["EmailAddress"],
        "phone_number": who["TelephoneNumber"],
        "url": who["Domain"],
        "date_of_birth": who["Birthday"],
        "date_time": f"{draw.randrange(1, 29)} {draw.choice(('May', 'June', 'October'))} {draw.randrange(1990, 2027)}",
        "day_of_week": draw.choice(_DAYS),
        "year": str(draw.randrange(1950, 2027)),
        "state_abbr": who["State"],
        **_TITLES,
    }
    number = str(draw.randrange(10, 99999))
    return {name: lambda value=value: value for name, value in fixed.items()} | {"": lambda: number}


def _filled(template: str, values: Mapping[str, Callable[[], str]], *, is_lower: bool) -> AnnotatedText:
    text = ""
    mentions: list[Mention] = []
    for index, part in enumerate(_PLACE.split(template.replace("\\n", "\n"))):
        said = values.get(part, values[""])() if index % 2 else part
        if index % 2 and part in ENTITY_OF:
            mentions.append(Mention(len(text), len(text) + len(said), ENTITY_OF[part]))
        text += said
    return AnnotatedText(text=text.lower() if is_lower else text, mentions=tuple(mentions))
