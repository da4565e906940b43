"""The words for what was proven of a process."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from aspen.core.isolation import JailLevel, JailReport, report_from_json, report_to_json

WHEN = datetime(2026, 11, 22, 10, 41, tzinfo=UTC)


@pytest.mark.parametrize("level", JailLevel)
def test_what_lacks_a_wall_is_never_called_sealed(level: JailLevel) -> None:
    sentence = JailReport(level=level, checked_at=WHEN, missing=("no Landlock",)).sentence
    assert not sentence.startswith("Sealed")
    assert ("no Landlock" in sentence) == (level is not JailLevel.L0)


@pytest.mark.parametrize("level", JailLevel)
def test_only_what_stands_behind_files_and_network_walls_is_called_sealed(level: JailLevel) -> None:
    sentence = JailReport(level=level, checked_at=WHEN).sentence
    assert sentence.startswith("Sealed") == (level >= JailLevel.L2)


def test_the_sentence_says_when_it_was_checked_in_local_time() -> None:
    clock = WHEN.astimezone().strftime("%H:%M")
    assert JailReport(level=JailLevel.L3, checked_at=WHEN).sentence == f"Sealed (checked {clock})"


def test_nothing_is_claimed_where_nothing_is_sealed() -> None:
    assert JailReport(level=JailLevel.L0, checked_at=WHEN).sentence == "Not sealed on this system"


@pytest.mark.parametrize("field", ["level", "checked_at", "missing", "probes"])
def test_a_report_without_one_of_its_fields_is_refused(field: str) -> None:
    told = report_to_json(JailReport(level=JailLevel.L3, checked_at=WHEN))
    del told[field]
    with pytest.raises(KeyError):
        report_from_json(told)
