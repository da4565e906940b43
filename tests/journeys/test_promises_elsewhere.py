"""What the README promises about words that leave, one test for each sentence, against a real provider over TLS."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from fakes.connected_home import MAY_LEAVE, ConnectedHome, connected_home
from fakes.provider_script import KEY
from fakes.service_home import CORE, ENGINE, LAUNCHER


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConnectedHome]:
    with connected_home(tmp_path_factory.mktemp("home")) as connected:
        yield connected


@pytest.fixture
def connected(shared: ConnectedHome) -> ConnectedHome:
    """A home that is connected to a provider, which has not been asked yet as far as a test can see."""
    shared.provider.received.clear()
    return shared


def test_nothing_leaves_unseen(connected: ConnectedHome) -> None:
    """The hash of the preview is the hash of what is sent, and without a person's yes nothing is."""
    words = ("--model", "acme-large", "Five captions for the summer fair")
    unseen = connected.ask(*words)
    assert (unseen.code, connected.provider.received) == (4, [])
    previewed = connected.home.aspen("preview", *words, "--json").told
    assert connected.provider.received == []
    sent = connected.ask(*words, "--yes-send", previewed["body_sha256"])
    assert (sent.code, sent.out) == (0, "Five captions.\n"), sent.err
    (received,) = connected.provider.received
    assert hashlib.sha256(received.body).hexdigest() == previewed["body_sha256"]
    assert received.body == previewed["body"].encode()
    # A yes is for these bytes alone.
    other = connected.ask("--model", "acme-large", "Something else", "--yes-send", previewed["body_sha256"])
    assert (other.code, len(connected.provider.received)) == (4, 1)


def test_what_you_keep_here_has_no_send_anyway(connected: ConnectedHome) -> None:
    notes = connected.home.root / "home" / "cases" / "notes.txt"
    notes.parent.mkdir()
    before = len(connected.entries())
    notes.write_text("Smith v. Jones", "utf-8")
    (notes.parents[1] / "innocent.txt").symlink_to(notes)
    assert connected.home.aspen("keep", str(notes.parent)).code == 0
    for path in (notes, notes.parents[1] / "innocent.txt"):
        refused = connected.ask(*MAY_LEAVE, "-f", str(path), "Summarise")
        assert refused.code == 4
        assert "stays on this computer (folder ~/cases)" in refused.err
    assert connected.home.aspen("allow", str(notes), "--to", "acme").code == 2
    assert connected.provider.received == []
    assert [entry["verdict"] for entry in connected.entries()[before:]] == ["refused", "refused"]


def test_every_byte_that_left_is_in_the_ledger(connected: ConnectedHome) -> None:
    for words in ("one", "two"):
        assert connected.ask(*MAY_LEAVE, words).code == 0
    bodies = [received.body for received in connected.provider.received]
    assert len(bodies) == 2
    listed = connected.home.aspen("ledger", "list", "--json").told["entries"]
    sent = [entry for entry in reversed(listed) if entry["verdict"] == "sent"][-2:]
    assert [entry["body_sha256"] for entry in sent] == [hashlib.sha256(body).hexdigest() for body in bodies]
    shown = connected.home.aspen("ledger", "show", str(sent[0]["sequence"]), "--bytes")
    assert shown.out.encode() == bodies[0]
    verified = connected.home.aspen("ledger", "verify")
    assert verified.code == 0, verified.err


def test_your_keys_are_never_with_your_words(connected: ConnectedHome) -> None:
    """The provider got the key; no process that holds words, and no file but the vault's, has it."""
    assert connected.ask(*MAY_LEAVE, "Hello").code == 0
    (received,) = connected.provider.received
    assert received.header("authorization") == f"Bearer {KEY}"
    holds_words = [each.pid for each in connected.home.processes() if each.module in {CORE, LAUNCHER, ENGINE}]
    assert len(holds_words) >= 2
    for pid in holds_words:
        assert KEY.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()
        with suppress(PermissionError):  # a sealed process shows it to root alone
            assert KEY.encode() not in Path(f"/proc/{pid}/environ").read_bytes()
    keys = (KEY.encode(), base64.b64encode(KEY.encode()).rstrip(b"="))
    files = [path for path in connected.home.root.rglob("*") if path.is_file()]
    holding = [path for path in files if any(key in path.read_bytes() for key in keys)]
    assert [path.parent for path in holding] == [connected.home.folders.gate / "vault"]
    assert holding[0].stat().st_mode & 0o077 == 0


def test_airplane_mode_is_one_switch(connected: ConnectedHome) -> None:
    assert connected.home.aspen("airplane", "on").code == 0
    assert connected.ask(*MAY_LEAVE, "Hello").code == 4
    connected.home.stop()
    assert connected.ask(*MAY_LEAVE, "Hello").code == 4
    assert connected.provider.received == []
    assert connected.home.aspen("airplane", "off").code == 0
    assert connected.ask(*MAY_LEAVE, "Hello").code == 0


def test_every_answer_says_where_it_came_from_and_why(connected: ConnectedHome, starter_model: Path) -> None:
    told = connected.home.aspen("ask", *MAY_LEAVE, "--json", "Hello").told
    assert (told["model"], told["zone"], told["sent"]["provider"]) == ("acme-large", "cloud", "acme")
    assert told["sent"]["sequence"] == connected.entries("sent")[-1]["sequence"]
    assert [reason["code"] for reason in told["decision"]["reasons"]] == ["named", "may_leave"]
    why = connected.ask(*MAY_LEAVE, "--why", "Hello")
    assert "Answered by acme-large, because:" in why.err
    # And what would have led elsewhere.
    connected.home.put_on_shelf(starter_model)
    here = connected.ask("--label", "may-leave", "--max-tokens", "2", "--why", "Hello")
    assert "With --model acme-large it would go to acme." in here.err


def test_a_mistyped_name_of_a_model_elsewhere_names_what_is_near(connected: ConnectedHome) -> None:
    refused = connected.ask("--model", "acme-larg", "Hello")
    assert (refused.code, connected.provider.received) == (3, [])
    assert "Did you mean acme-large?" in refused.err


def test_a_schema_file_from_a_kept_folder_stays_here(connected: ConnectedHome) -> None:
    schema = connected.home.root / "home" / "forms" / "form.json"
    schema.parent.mkdir()
    schema.write_text('{"type": "object", "title": "Smith v. Jones"}', "utf-8")
    assert connected.home.aspen("keep", str(schema.parent)).code == 0
    refused = connected.ask(*MAY_LEAVE, "--schema", str(schema), "Summarise")
    assert (refused.code, connected.provider.received) == (4, [])
    assert "form.json stays on this computer (folder ~/forms)" in refused.err
