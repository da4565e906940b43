"""Names of people in words that would leave: seen by a jailed reader, shown before they go, and never in a log."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from aspen.launcher.reader_process import READER_MODULE
from aspen.readers.kinds import PEOPLE, is_installed
from fakes.connected_home import MAY_LEAVE, ConnectedHome, connected_home
from fakes.processes import becomes, is_running

pytestmark = pytest.mark.skipif(
    not is_installed(PEOPLE), reason="the group `pii` is not installed: pip install '.[pii]'"
)

LETTER = "Tell Maria Gonzalez and John Smith, born on 3 May 1981, that Siemens in Paris agrees."


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        yield at


def _preview(at: ConnectedHome, words: str) -> list[str]:
    shown = at.home.aspen("preview", *MAY_LEAVE, words).out
    return [line for line in shown.splitlines() if line.startswith("Contains")]


def test_people_and_dates_of_birth_are_shown_and_firms_and_places_are_not(at: ConnectedHome) -> None:
    assert _preview(at, LETTER) == ["Contains 1 birth date, 2 personal names."]
    assert _preview(at, "Five captions for the summer fair") == []


def test_words_that_may_leave_are_asked_about_once_there_is_a_name_in_them(at: ConnectedHome) -> None:
    before = len(at.provider.received)
    outcome = at.send(LETTER)
    assert outcome.code == 4
    assert "must be seen first" in outcome.err
    assert len(at.provider.received) == before
    assert at.send("Five captions").code == 0


def test_a_reader_that_was_killed_is_started_again(at: ConnectedHome) -> None:
    _preview(at, LETTER)
    (pid,) = at.home.pids(READER_MODULE)
    os.kill(pid, signal.SIGKILL)
    assert becomes(lambda: not is_running(pid))
    assert _preview(at, "Tell Anna Schmidt.") == ["Contains 1 personal name."]
    assert at.home.pids(READER_MODULE) != [pid]


def test_prove_sees_the_reader_and_what_it_may(at: ConnectedHome) -> None:
    _preview(at, LETTER)
    proven = at.home.aspen("prove", "--json").told
    (reader,) = [each for each in proven["processes"] if each["name"] == "reader"]
    assert reader["kernel"]["seccomp_filters"] >= 2
    assert [probe["name"] for probe in reader["probes"] if not probe["blocked"]] == []
    assert [failure for failure in proven["failures"] if "reader" in failure["sentence"]] == []


def test_doctor_says_that_it_is_installed(at: ConnectedHome) -> None:
    assert "Names of people: looked for in words that would leave" in at.home.aspen("doctor").out


def test_no_word_of_it_stands_in_the_log_and_the_reader_ends_with_the_service(at: ConnectedHome) -> None:
    _preview(at, LETTER)
    (pid,) = at.home.pids(READER_MODULE)
    at.home.aspen("stop")
    assert becomes(lambda: not is_running(pid))
    for word in ("Gonzalez", "Siemens", "Traceback"):
        assert word not in at.home.log
