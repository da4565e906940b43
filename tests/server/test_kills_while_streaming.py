"""The service killed at random moments while an answer streams to a page: at most a quarter of a second of it is lost.

Everything is real: launcher, sealed core, jailed engine, HTTP. `fakes.kill_count` says how to kill more often.
"""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from contextlib import suppress
from typing import Any, Final

import httpx2 as httpx
import pytest

from fakes.kill_count import batches
from fakes.processes import becomes
from fakes.service_home import CORE, LAUNCHER, ServiceHome, long_question

# The launcher starts the core no more than five times a minute; a new launcher counts anew.
_VICTIMS: Final = (CORE, CORE, CORE, CORE, LAUNCHER) * 4
_MOST_LOST_SECONDS: Final = 0.25
_LONGEST_WAIT_SECONDS: Final = 1.2
_PATIENCE_SECONDS: Final = 30.0


@pytest.mark.parametrize("batch", batches())
def test_kills_while_an_answer_streams_lose_a_quarter_of_a_second_at_most_and_no_message(
    starter_home: ServiceHome, batch: int
) -> None:
    chance = random.Random(batch)
    seen: list[_Listener] = []
    for number, victim in enumerate(_VICTIMS):
        starter_home.run("ps")
        listener = _Listener(starter_home, f"Question {number}: list numbers.")
        if number % 5 != 2:  # the others are killed wherever they are before the first word
            assert listener.has_words.wait(_PATIENCE_SECONDS)
        time.sleep(chance.uniform(0.0, _LONGEST_WAIT_SECONDS))
        listener.killed_at = time.monotonic()
        _kill(starter_home, victim)
        listener.wait()
        seen.append(listener)
    kept = _kept(starter_home)
    assert len(kept) == len({turns[0]["text"] for turns in kept}), "a question that was kept twice"
    by_question = {turns[0]["text"]: turns for turns in kept}
    for listener in seen:
        listener.check(by_question.get(listener.question))
    assert sum(bool(listener.seen_until(listener.killed_at)) for listener in seen) >= len(_VICTIMS) // 2


class _Listener:
    """Asks as a page does and notes which words came when."""

    def __init__(self, home: ServiceHome, question: str) -> None:
        self.question = question
        self.has_words = threading.Event()
        self.killed_at = float("inf")
        self._is_remembered = False
        self._came: list[tuple[float, str]] = []
        told = home.call("open_page", in_tab=True)
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{told['port']}", trust_env=False, timeout=30.0)
        assert self._client.post("/start", json={"key": told["start_key"]}).status_code == 200
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()

    def wait(self) -> None:
        self._thread.join(_PATIENCE_SECONDS)
        assert not self._thread.is_alive(), "a connection that outlives the one who held it"
        self._client.close()

    def seen_until(self, moment: float) -> str:
        return "".join(text for came_at, text in self._came if came_at <= moment)

    def check(self, turns: list[dict[str, Any]] | None) -> None:
        """Compare what was seen with what was kept; an answer may be kept further than it was seen."""
        if turns is None:
            assert not self._is_remembered, f"lost: {self.question}"
            return
        assert [turn["role"] for turn in turns] in (["user"], ["user", "assistant"])
        kept = turns[1]["text"] if len(turns) == 2 else ""
        seen = self.seen_until(self.killed_at)
        assert kept.startswith(seen) or seen.startswith(kept)
        must_be_kept = self.seen_until(self.killed_at - _MOST_LOST_SECONDS)
        assert kept.startswith(must_be_kept.rstrip()), (len(kept), len(must_be_kept))

    def _ask(self) -> None:
        arguments = {**long_question(self.question), "conversation": "new"}
        with suppress(httpx.TransportError):  # it was killed
            run = self._client.post("/api/runs", json={"verb": "ask", "arguments": arguments}).json()["run"]
            with self._client.stream("GET", f"/api/runs/{run}/events") as events:
                for line in events.iter_lines():
                    if line.startswith("data:"):
                        self._hear(json.loads(line.removeprefix("data:")))

    def _hear(self, frame: dict[str, Any]) -> None:
        match frame.get("event"):
            case "remembered":
                self._is_remembered = True
            case "text":
                self._came.append((time.monotonic(), frame["text"]))
                self.has_words.set()
            case _:
                pass


def _kill(home: ServiceHome, module: str) -> None:
    """End the process of this module as a crash would."""
    assert becomes(lambda: bool(home.pids(module))), module
    for pid in home.pids(module):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _kept(home: ServiceHome) -> list[list[dict[str, Any]]]:
    """The turns of every conversation, as the page is shown them."""
    home.run("ps")
    cards: list[dict[str, Any]] = home.call("list_conversations", count=200)["conversations"]
    return [home.call("conversation", conversation=card["conversation"])["turns"] for card in cards]
