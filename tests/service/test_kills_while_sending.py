"""Gate, core or launcher killed at random moments while several people send: nothing unrecorded, nothing sent twice.

The whole service is real, and so are the provider's TLS and the ledger. `fakes.kill_count` says how to kill more often.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from aspen.channel.client import open_session
from aspen.core.errors import AspenError
from aspen.core.provider import Provider
from aspen.providers.own_server import OwnServer, own_server
from fakes.body_recorder import BodyRecorder
from fakes.certificates import Authority
from fakes.gate_process import Person
from fakes.kill_count import batches
from fakes.ledger_audit import LedgerAudit
from fakes.processes import becomes
from fakes.provider_openai import openai
from fakes.provider_rows import KEY
from fakes.provider_script import Says
from fakes.service_home import CORE, LAUNCHER, ServiceHome

_GATE: Final = "aspen.egress.gate"
# The launcher starts neither core nor gate more than five times a minute; a new one counts anew. Twenty of core and
# gate, and four more.
_VICTIMS: Final = (_GATE, CORE, _GATE, CORE, _GATE, LAUNCHER, CORE, _GATE, CORE, _GATE, CORE, LAUNCHER) * 2
_SENDERS: Final = 3
_LONGEST_LIFE_SECONDS: Final = 0.4
_PATIENCE_SECONDS: Final = 60.0
_MODEL: Final = "m-1"
_WORDS: Final = ("a fair", "five captions for the fair " * 50, "words for the fair and more words " * 1000)


@pytest.mark.parametrize("batch", batches())
def test_kills_at_any_moment_leave_a_whole_ledger_and_no_byte_unrecorded(
    home: ServiceHome, tmp_path: Path, batch: int
) -> None:
    chance = random.Random(batch)
    answer = openai(Says(text=("Once ", "upon ", "a ", "time.")))
    with BodyRecorder(authority=Authority(tmp_path / "authority"), answer=answer).in_thread() as recorder:
        audit, person = LedgerAudit(recorder=recorder), Person(home.runtime)
        home.run("ps")
        person.connect(_provider(recorder), KEY)
        for number, victim in enumerate(_VICTIMS):
            stopping = threading.Event()
            senders = [
                _Sender(home, f"{number}-{each}", chance.randrange(1 << 30), stopping) for each in range(_SENDERS)
            ]
            stopping.wait(chance.uniform(0.0, _LONGEST_LIFE_SECONDS))
            stopping.set()
            _kill(home, victim)
            answered = [content for sender in senders for content in sender.answered()]
            assert all(map(audit.knows, answered))
            home.run("ps")
            audit.check(person)
        audit.check_end(person)
    assert audit.sent > len(_VICTIMS) // 2
    assert audit.interrupted > 0


def _provider(recorder: BodyRecorder) -> Provider:
    said = OwnServer(name="acme", url=recorder.base_url, zone="cloud", models=(_MODEL,), wants_key=True)
    return replace(own_server(said), ca_file=recorder.ca_file)


def _kill(home: ServiceHome, module: str) -> None:
    """End the process of this module as a crash would; wait for it if it is only starting."""
    assert becomes(lambda: bool(home.pids(module))), module
    for pid in home.pids(module):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


class _Sender:
    """Asks one question after the other, each in other words, until it is told to stop or an answer breaks off."""

    def __init__(self, home: ServiceHome, name: str, seed: int, stopping: threading.Event) -> None:
        self._home = home
        self._name = name
        self._chance = random.Random(seed)
        self._stopping = stopping
        self._answered: list[bytes] = []
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def answered(self) -> list[bytes]:
        """Wait for its end and return the words that were answered to the end."""
        self._thread.join(_PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "an answer that neither comes nor fails"
        return self._answered

    def _ask(self) -> None:
        for number in count():
            if self._stopping.is_set():
                return
            words = f"{self._name}-{number}: {self._chance.choice(_WORDS)}"
            message = {"role": "user", "content": words}
            asked = {"model": _MODEL, "label": "may-leave", "messages": [message]}
            try:
                with open_session(self._home.runtime) as session:
                    session.call("ask", asked)
            except (AspenError, OSError):
                return  # it was killed
            self._answered.append(words.encode())
