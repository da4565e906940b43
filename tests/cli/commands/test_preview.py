"""`aspen preview` and the answers of `ask` to programs: what would leave, what left, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.connected_home import MAY_LEAVE, MODEL, ConnectedHome, connected_home


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        yield at


@pytest.fixture
def mark(at: ConnectedHome) -> int:
    return len(at.provider.received)


def test_a_preview_shows_people_all_of_it_and_sends_nothing(at: ConnectedHome, mark: int) -> None:
    shown = at.home.aspen("preview", "--model", MODEL, "Five captions")
    assert shown.code == 0
    assert f"This would leave this computer, for acme (127.0.0.1), model {MODEL}:" in shown.out
    assert "      content: Five captions" in shown.out
    assert "You named a model of acme: you see first what leaves." in shown.out
    assert at.received_during(mark) == []
    assert at.person.call("pending")["pending"] == []


def test_a_preview_gives_programs_the_bytes_their_hash_and_the_decision(at: ConnectedHome, mark: int) -> None:
    told = at.home.aspen("preview", "--model", MODEL, "Mail jo@mailbox.org", "--json").told
    assert (told["schema"], told["provider"], told["host"], told["model"]) == (1, "acme", "127.0.0.1", MODEL)
    body = told["body"].encode()
    assert (told["body_sha256"], told["body_bytes"]) == (hashlib.sha256(body).hexdigest(), len(body))
    assert told["hints"] == [{"kind": "e-mail address", "count": 1}]
    assert (told["leaves"], told["decision"]["kind"]) == (True, "route")
    assert told["worst_cost_microdollars"] is None
    assert at.received_during(mark) == []


def test_equal_words_have_equal_hashes_and_files_have_no_names(at: ConnectedHome, mark: int) -> None:
    file = at.home.root / "divorce.txt"
    file.write_text("Words of mine", "utf-8")
    assert at.home.aspen("allow", str(file), "--to", "acme").code == 0
    words = ("preview", *MAY_LEAVE, "-f", str(file), "Summarise", "--json")
    first, second = (at.home.aspen(*words).told for _ in range(2))
    assert first["body_sha256"] == second["body_sha256"]
    assert "Words of mine" in first["body"]
    assert "divorce" not in first["body"]
    assert at.received_during(mark) == []


def test_a_preview_of_what_stays_here_says_why(at: ConnectedHome, mark: int) -> None:
    refused = at.home.aspen("preview", "--model", MODEL, "--label", "stays-here", "Hello")
    assert refused.code == 4
    assert refused.err.startswith("Error: Not sent.")
    assert at.received_during(mark) == []


def test_a_preview_of_what_is_answered_here_says_that_nothing_leaves(at: ConnectedHome, starter_model: Path) -> None:
    at.home.put_on_shelf(starter_model)
    shown = at.home.aspen("preview", "--why", "Hello")
    assert (shown.code, shown.out) == (0, "Nothing would leave: this is answered on this computer.\n")
    assert "answered by smollm2:135m, because:" in shown.err
    told = at.home.aspen("preview", "--json", "Hello").told
    assert (told["body_sha256"], told["leaves"]) == (None, False)


def test_why_says_where_words_went_and_why(at: ConnectedHome, mark: int) -> None:
    outcome = at.ask(*MAY_LEAVE, "--why", "Hello")
    assert outcome.out == "Five captions.\n"
    assert f"Answered by {MODEL}, because:\n  You named it.\n  These words may leave to acme.\n" in outcome.err
    assert len(at.received_during(mark)) == 1


def test_an_answer_from_elsewhere_tells_programs_what_left(at: ConnectedHome, mark: int) -> None:
    told = at.ask(*MAY_LEAVE, "--json", "Hello").told
    (received,) = at.received_during(mark)
    sent = at.entries("sent")[-1]
    assert told["sent"] == {"provider": "acme", "sequence": sent["sequence"], "body_bytes": len(received.body)}
    assert (told["zone"], told["model"], told["answer"]) == ("cloud", MODEL, "Five captions.")
    assert told["decision"]["reasons"][0] == {"code": "named", "words": "You named it."}
    assert (told["jail"], told["offer"]) == (None, None)


def test_a_refusal_tells_programs_reasons_and_remedies(at: ConnectedHome, mark: int) -> None:
    outcome = at.ask("--model", MODEL, "--label", "stays-here", "--json", "Hello")
    error = outcome.told["error"]
    assert (outcome.code, error["code"]) == (4, "stays_here")
    assert error["facts"]["reasons"][0]["code"] == "stays_here"
    assert error["facts"]["remedies"]
    assert at.received_during(mark) == []


def test_a_detector_s_find_keeps_it_here_and_says_what_and_where(at: ConnectedHome, mark: int) -> None:
    outcome = at.ask(*MAY_LEAVE, "Pay with 4012 8888 8888 1881 please")
    assert outcome.code == 4
    assert "Your message: what looks like" in outcome.err
    assert "4012" not in outcome.err
    assert at.received_during(mark) == []


@pytest.mark.parametrize("words", [("preview",), ("preview", "--model", "nobody-knows", "Hello")], ids=str)
def test_what_cannot_be_previewed_is_an_error(at: ConnectedHome, words: tuple[str, ...]) -> None:
    assert at.home.aspen(*words).code in {2, 3}
