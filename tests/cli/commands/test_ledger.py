"""`aspen ledger` against a real gate: what left, what was kept here, byte for byte, and what forgetting leaves."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fakes.connected_home import MAY_LEAVE, MODEL, ConnectedHome, connected_home
from fakes.provider_openai import openai
from fakes.provider_script import Fails, Fault
from fakes.service_home import Outcome


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    """A home in which one question was answered, one failed, one stayed here and one was declined."""
    with connected_home(tmp_path_factory.mktemp("home")) as at:
        friendly = at.provider.answer
        assert at.send("First words").code == 0
        at.provider.answer = openai(Fails(fault=Fault.BROKEN))
        assert at.send("Second words").code == 1
        at.provider.answer = friendly
        assert at.ask("--model", MODEL, "--label", "stays-here", "Third words").code == 4
        assert at.ask("--model", MODEL, "Fourth words").code == 4
        yield at


def _ledger(at: ConnectedHome, *words: str) -> Outcome:
    return at.home.aspen("ledger", *words)


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        assert _ledger(at, "list").out == "Nothing has left this computer.\n"
        assert _ledger(at, "list", "--json").told == {"schema": 1, "entries": []}
        verified = _ledger(at, "verify")
        assert (verified.code, verified.err.splitlines()[0]) == (0, "0 entries checked.")


def test_the_list_tells_what_became_of_everything_in_its_order(at: ConnectedHome) -> None:
    listed = _ledger(at, "list")
    lines = listed.out.splitlines()
    assert lines[0].split() == ["NUMBER", "TIME", "WHAT", "WHERE", "SIZE", "WHY"]
    assert [line.split()[3] for line in lines[1:7]] == ["sent", "answered", "sent", "failed", "refused", "declined"]
    assert all("acme" in line for line in lines[1:])
    assert "May leave." in lines[1]
    assert "of 1." in lines[2]
    assert listed.err == ""


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--verdict", "refused"), ["refused"]),
        (("--verdict", "sent", "--verdict", "failed"), ["failed", "sent", "sent"]),
        (("--provider", "nobody"), []),
        (("--since", "2999-01-01"), []),
        (("--limit", "2"), ["declined", "refused"]),
        (("--before", "3"), ["answered", "sent"]),
    ],
    ids=str,
)
def test_the_list_can_be_narrowed(at: ConnectedHome, options: tuple[str, ...], expected: list[str]) -> None:
    told = _ledger(at, "list", "--json", *options).told
    assert [entry["verdict"] for entry in told["entries"] if entry["sequence"] <= 6] == expected


def test_a_list_that_is_narrowed_to_nothing_does_not_say_that_nothing_left(at: ConnectedHome) -> None:
    assert _ledger(at, "list", "--provider", "nobody").out == "There is no such entry.\n"


def test_a_page_names_the_command_for_the_older_ones(at: ConnectedHome) -> None:
    listed = _ledger(at, "list", "--limit", "2", "--before", "7")
    assert [line.split()[0] for line in listed.out.splitlines()[1:]] == ["5", "6"]
    assert listed.err == "Older ones: aspen ledger list --before 5\n"


@pytest.mark.parametrize("options", [("--since", "soon"), ("--verdict", "perhaps"), ("--limit", "0")], ids=str)
def test_what_cannot_be_listed_is_said(at: ConnectedHome, options: tuple[str, ...]) -> None:
    refused = _ledger(at, "list", *options)
    assert (refused.code, refused.err.startswith("Error: ")) == (2, True)


def test_an_entry_is_shown_with_its_words_and_its_end(at: ConnectedHome) -> None:
    shown = _ledger(at, "show", "1")
    assert shown.code == 0
    assert shown.out.startswith("What: sent\n")
    assert "Provider: acme" in shown.out
    assert "content: First words" in shown.out
    assert "Answered with entry 2:" in shown.out
    assert "Status: 200" in shown.out


def test_the_bytes_of_an_entry_are_those_that_left(at: ConnectedHome) -> None:
    shown = _ledger(at, "show", "1", "--bytes")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.encode() == at.provider.received[0].body
    told = _ledger(at, "show", "1", "--json").told
    assert told["entry"]["body_sha256"] == hashlib.sha256(at.provider.received[0].body).hexdigest()
    assert told["outcome"]["of_sequence"] == 1


def test_what_stayed_here_is_shown_without_its_words(at: ConnectedHome) -> None:
    """The ledger holds what left. What was kept here is an entry with a hash, and no copy of the words."""
    shown = _ledger(at, "show", "5")
    assert shown.out.startswith("What: refused\n")
    assert "Reasons: Not sent. " in shown.out
    assert "The bytes are not kept." in shown.out
    assert "Third words" not in shown.out
    bare = _ledger(at, "show", "5", "--bytes")
    assert (bare.code, bare.out, "are not kept" in bare.err) == (2, "", True)


@pytest.mark.parametrize("number", ["999", "0", "x"])
def test_an_entry_that_is_not_there_is_an_error(at: ConnectedHome, number: str) -> None:
    assert _ledger(at, "show", number).code in {2, 3}


def test_verify_checks_everything_and_says_the_head(at: ConnectedHome) -> None:
    verified = _ledger(at, "verify")
    assert (verified.code, verified.out) == (0, "")
    count, head = verified.err.splitlines()
    told = _ledger(at, "verify", "--json").told
    assert count == f"{told['entries_checked']} entries checked."
    assert head == f"Head: {told['head']['sequence']} {told['head']['sha256']}"
    assert (told["is_whole"], told["problems"]) == (True, [])


def test_an_export_is_a_chain_of_lines_that_anybody_can_check(at: ConnectedHome) -> None:
    exported = _ledger(at, "export")
    first, *lines = exported.out.splitlines()
    head, previous = json.loads(first)["head"], "0" * 64
    for line in lines:
        assert json.loads(line)["previous_sha256"] == previous
        previous = hashlib.sha256(line.encode()).hexdigest()
    assert (head["sequence"], head["sha256"]) == (len(lines), previous)
    assert len(lines) >= 6
    assert "First words" not in exported.out


def test_a_head_that_was_noted_down_earlier_is_compared(at: ConnectedHome, tmp_path: Path) -> None:
    exported = tmp_path / "ledger.jsonl"
    exported.write_text(_ledger(at, "export").out, "utf-8")
    assert _ledger(at, "verify", "--known", str(exported)).code == 0
    first, *rest = exported.read_text("utf-8").splitlines()
    told = json.loads(first)
    told["head"]["sha256"] = "0" * 64
    exported.write_text("\n".join([json.dumps(told), *rest]), "utf-8")
    refused = _ledger(at, "verify", "--known", str(exported))
    assert refused.code == 1
    assert "was rolled back" in refused.err
    shown = _ledger(at, "verify", "--known", str(exported), "--json")
    assert (shown.code, shown.told["is_whole"]) == (1, False)


@pytest.mark.parametrize("content", [None, "", "no json", "{}"], ids=repr)
def test_a_file_that_is_no_export_is_refused(at: ConnectedHome, tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_text(content, "utf-8")
    refused = _ledger(at, "verify", "--known", str(path))
    assert (refused.code, "is not an export of a ledger" in refused.err) == (2, True)


def test_forgetting_leaves_the_hash_and_a_whole_ledger(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        for words in ("One secret plan", "Another plan"):
            assert at.send(words).code == 0
        sha256 = at.entries("sent")[0]["body_sha256"]
        assert _ledger(at, "forget", "1").err == "Forgotten: the hash stays.\n"
        shown = _ledger(at, "show", "1")
        assert ("One secret plan" in shown.out, sha256 in shown.out) == (False, True)
        assert _ledger(at, "show", "3", "--bytes").out
        assert _ledger(at, "verify").code == 0
        files = [path.read_bytes() for path in at.home.folders.gate.rglob("*") if path.is_file()]
        assert not any(b"One secret plan" in content for content in files)
        assert _ledger(at, "forget", "--before", "2999-01-01", "--json").told["entry"]["forgets"]
        assert _ledger(at, "forget", "--before", "2999-01-01").err == "There was nothing to forget.\n"
        assert _ledger(at, "show", "3", "--bytes").code == 2
        assert _ledger(at, "verify").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [((), 2), (("1", "--before", "2030-01-01"), 2), (("--before", "soon"), 2), (("999",), 3)],
    ids=str,
)
def test_what_cannot_be_forgotten_is_said(at: ConnectedHome, words: tuple[str, ...], code: int) -> None:
    assert _ledger(at, "forget", *words).code == code


def test_bytes_are_kept_for_as_long_as_a_person_says(tmp_path: Path) -> None:
    with connected_home(tmp_path) as at:
        usual = _ledger(at, "retention", "--json").told["days"]
        assert _ledger(at, "retention").err == f"Bytes are kept for {usual} days.\n"
        assert at.send().code == 0
        assert _ledger(at, "retention", "0").err == "Bytes are kept for 0 days.\n"
        at.home.stop()
        assert _ledger(at, "retention", "--json").told["days"] == 0
        assert _ledger(at, "show", "1", "--bytes").code == 2
        assert at.is_whole()
        assert _ledger(at, "retention", "-1").code == 2


def test_a_ledger_is_set_aside_only_after_a_yes(at: ConnectedHome, tmp_path: Path) -> None:
    refused = at.home.aspen("ledger", "set-aside", piped="n\n")
    assert refused.code == 130
    assert _ledger(at, "show", "1").code == 0
    with connected_home(tmp_path) as other:
        assert other.send().code == 0
        told = _ledger(other, "set-aside", "--yes", "--json").told
        assert Path(told["place"]).parent == other.home.folders.gate
        assert [entry["verdict"] for entry in other.entries()] == ["noted"]
        assert other.home.aspen("ask", *MAY_LEAVE, "Hello").code == 0
        assert other.is_whole()
