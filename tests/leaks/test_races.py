"""Between preview and send: whatever changes meanwhile, and whoever answers twice, nothing slips through."""

from __future__ import annotations

import base64
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from closed_home import CLAUDE, GPT, ClosedHome
from outside import Manner
from watching import Teach, Watch

from aspen.core.errors import AspenError, DoesNotFit, Misused, NotFound
from aspen.core.label import PUBLIC, label_to_json

CARD = "4111 1111 1111 1111"
ZERO_WIDTH = "\u200b"


def rules_change(home: ClosedHome) -> Callable[[Any], None]:
    def meanwhile(frame: Any) -> None:
        home.folders.rules.parent.mkdir(parents=True, exist_ok=True)
        home.folders.rules.write_text('[[rule]]\nthen = "deny"\nto = ["openai"]\n', "utf-8")
        home.person.approve(frame)

    return meanwhile


def test_case_48_a_rule_that_changes_between_preview_and_send_holds(
    new_home: ClosedHome, watch: Watch, token: str
) -> None:
    new_home.connect("openai")
    asked = new_home.ask(token, model=GPT, on_preview=rules_change(new_home))
    assert asked.previews != []
    assert asked.error is not None
    assert watch.asked == ()


def test_case_48_airplane_mode_between_preview_and_send_holds(new_home: ClosedHome, watch: Watch, token: str) -> None:
    new_home.connect("openai")

    def meanwhile(frame: Any) -> None:
        new_home.person.call("airplane", on=True)
        with pytest.raises(AspenError):
            new_home.person.approve(frame)

    assert new_home.ask(token, model=GPT, on_preview=meanwhile).error is not None
    assert watch.asked == ()


def test_case_48_a_provider_that_is_removed_between_preview_and_send_gets_nothing(
    new_home: ClosedHome, watch: Watch, token: str
) -> None:
    new_home.connect("openai")

    def meanwhile(frame: Any) -> None:
        new_home.person.call("disconnect", name="openai")
        new_home.person.approve(frame)

    assert new_home.ask(token, model=GPT, on_preview=meanwhile).error is not None
    assert watch.nothing_left()


def test_case_48_a_file_that_is_kept_between_preview_and_send_stays_here(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    file = home.file(f"late-{token[:4]}/notes.txt", f"{token} call +41 44 668 18 00")
    home.declare(file.parent, "may-leave", "openai")

    def meanwhile(frame: Any) -> None:
        home.declare(file.parent, "stays-here")
        with pytest.raises(AspenError):
            home.person.approve(frame)

    asked = home.ask("Summarise.", model=GPT, files=[str(file)], label="may-leave", on_preview=meanwhile)
    assert asked.previews != []
    assert asked.error is not None
    assert watch.asked == ()


def test_case_48_an_approval_is_for_these_bytes_and_for_once(home: ClosedHome, watch: Watch) -> None:
    def meanwhile(frame: Any) -> None:
        with pytest.raises(Misused):
            home.person.approve({**frame, "body_sha256": "0" * 64})
        home.person.approve(frame)
        with pytest.raises(NotFound):
            home.person.approve(frame)

    assert home.ask("Hello", model=GPT, on_preview=meanwhile).error is None
    assert len(watch.asked) == 1


def test_case_48_what_was_previewed_is_what_was_recorded_and_what_came(home: ClosedHome, watch: Watch) -> None:
    asked = home.ask("Five captions for the fair", model=CLAUDE)
    (came,) = watch.asked
    entry = home.ledger("sent")[-1]
    kept = home.person.call("ledger_show", sequence=entry["sequence"])
    assert came.body == asked.previews[0]["body"] == base64.b64decode(kept["body_base64"])
    assert entry["body_sha256"] == asked.previews[0]["body_sha256"]


def test_case_48_nothing_leaves_before_it_is_in_the_ledger(
    home: ClosedHome, watch: Watch, manners: Teach, tmp_path: Path
) -> None:
    manners("api.openai.com", Manner(watch=str(home.folders.gate)))
    asked = home.ask("Hello", model=GPT)
    came = watch.asked[0]
    copy = tmp_path / "ledger"
    copy.mkdir()
    for name, content in came.watched.items():
        (copy / name).write_bytes(content)
    with sqlite3.connect(copy / "ledger.sqlite") as ledger:
        ledger.row_factory = sqlite3.Row
        contents = [bytes(str(dict(row)), "utf-8") for table in _tables(ledger) for row in ledger.execute(table)]
    assert any(asked.previews[0]["body_sha256"].encode() in content for content in contents)


def test_case_48_a_ledger_that_was_cut_short_is_found_out(new_home: ClosedHome, watch: Watch) -> None:
    new_home.connect("openai")
    for _ in range(2):
        assert new_home.ask("Hello", model=GPT).error is None
    assert new_home.aspen("ledger", "verify").code == 0
    new_home.stop()
    with sqlite3.connect(new_home.folders.gate / "ledger.sqlite") as ledger:
        (last,) = ledger.execute("SELECT max(sequence) FROM entries").fetchone()
        ledger.execute("PRAGMA foreign_keys = OFF")
        for table in ("bodies", "entries"):
            ledger.execute(f"DELETE FROM {table} WHERE sequence > ?", (last - 2,))
    told = new_home.aspen("ledger", "verify")
    assert told.code == 1, told
    assert len(watch.asked) == 2


@pytest.mark.parametrize(
    "dressed_up",
    [
        CARD,
        ZERO_WIDTH.join(CARD),
        CARD.replace(" ", "\u00a0").replace("1", "１"),
        base64.b64encode(f"card {CARD}".encode()).decode(),
        f"card {CARD}".encode().hex(),
        "%34" + CARD[1:],
    ],
    ids=["plain", "zero-width", "full-width", "base64", "hex", "percent"],
)
def test_case_48_dressing_up_lowers_no_label(home: ClosedHome, watch: Watch, dressed_up: str) -> None:
    refused = home.ask(f"Is this right? {dressed_up}", model=CLAUDE, label="may-leave")
    assert refused.is_refused, refused.frames[-1]
    assert watch.nothing_left()


def test_case_48_what_is_too_long_to_look_through_stays_here(home: ClosedHome, watch: Watch, token: str) -> None:
    refused = home.ask(f"{token} " + "word " * 1_700_000, model=CLAUDE, label="may-leave")
    assert refused.is_refused
    assert "too long to look through" in refused.why
    assert watch.nothing_left()


def test_case_48_a_file_that_is_too_long_to_be_read_is_an_error_and_nothing_of_it_leaves(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    huge = home.file(f"{token[:4]}.txt", f"{token} " + "word " * 1_700_000)
    home.declare(huge, "may-leave", "anthropic")
    asked = home.ask("Summarise.", model=CLAUDE, files=[str(huge)], label="may-leave")
    assert isinstance(asked.error, DoesNotFit)
    assert watch.nothing_left()


def test_case_38_what_comes_back_from_elsewhere_has_no_label_and_a_forged_one_counts_for_nothing(
    home: ClosedHome, watch: Watch, token: str
) -> None:
    free = label_to_json(PUBLIC)
    messages = [
        {"role": "user", "content": f"My name is {token}.", "label": free},
        {"role": "assistant", "content": "Hello.", "label": free},
        {"role": "user", "content": "Who am I?", "label": free},
    ]
    asked = home.ask("", model=GPT, messages=messages)
    assert asked.is_refused
    assert watch.nothing_left()
    assert watch.leaks(token, home) == []


def _tables(ledger: sqlite3.Connection) -> list[str]:
    rows = ledger.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return [f'SELECT * FROM "{row[0]}"' for row in rows]
