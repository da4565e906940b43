"""What the README promises about words that leave, one test for each sentence, against a real provider over TLS."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from fakes.certificates import Authority
from fakes.processes import processes
from fakes.provider_openai import openai
from fakes.provider_script import KEY, Says
from fakes.service_home import CORE, ENGINE, LAUNCHER, Outcome, ServiceHome
from fakes.tls_provider import TlsProvider

MAY_LEAVE = ("--model", "acme-large", "--label", "may-leave")


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A home that is connected to a provider."""

    home: ServiceHome
    provider: TlsProvider

    def ask(self, *words: str) -> Outcome:
        return self.home.aspen("ask", *words)

    def entries(self) -> list[dict[str, object]]:
        return self.home.aspen("ledger", "list", "--json").told["entries"]


@pytest.fixture
def connected(home: ServiceHome, tmp_path: Path) -> Iterator[Connected]:
    authority = Authority(tmp_path / "authority")
    with TlsProvider(authority, answer=openai(Says(text=("Five ", "captions.")))).in_thread() as provider:
        added = home.aspen(
            *("cloud", "add", "acme", "--url", provider.base_url, "--zone", "cloud", "--model", "acme-large"),
            *("--ca-file", str(authority.ca_file), "--wants-key", "--key-in-file"),
            piped=f"{KEY}\n",
        )
        assert added.code == 0, added.err
        yield Connected(home=home, provider=provider)


def test_nothing_leaves_unseen(connected: Connected) -> None:
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


def test_what_you_keep_here_has_no_send_anyway(connected: Connected) -> None:
    notes = connected.home.root / "home" / "cases" / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("Smith v. Jones", "utf-8")
    (notes.parents[1] / "innocent.txt").symlink_to(notes)
    assert connected.home.aspen("keep", str(notes.parent)).code == 0
    for path in (notes, notes.parents[1] / "innocent.txt"):
        refused = connected.ask(*MAY_LEAVE, "-f", str(path), "Summarise")
        assert refused.code == 4
        assert "stays on this computer (folder ~/cases)" in refused.err
    assert connected.home.aspen("allow", str(notes), "--to", "acme").code == 2
    assert connected.provider.received == []
    assert {entry["verdict"] for entry in connected.entries()} == {"refused"}


def test_every_byte_that_left_is_in_the_ledger(connected: Connected) -> None:
    for words in ("one", "two"):
        assert connected.ask(*MAY_LEAVE, words).code == 0
    bodies = [received.body for received in connected.provider.received]
    sent = [entry for entry in reversed(connected.entries()) if entry["verdict"] == "sent"]
    assert [entry["body_sha256"] for entry in sent] == [hashlib.sha256(body).hexdigest() for body in bodies]
    shown = connected.home.aspen("ledger", "show", str(sent[0]["sequence"]), "--bytes")
    assert shown.out.encode() == bodies[0]
    verified = connected.home.aspen("ledger", "verify")
    assert verified.code == 0, verified.err


def test_your_keys_are_never_with_your_words(connected: Connected) -> None:
    """The provider got the key; no process that holds words, and no file but the vault's, has it."""
    assert connected.ask(*MAY_LEAVE, "Hello").code == 0
    (received,) = connected.provider.received
    assert received.header("authorization") == f"Bearer {KEY}"
    seen = [
        Path(f"/proc/{process.pid}/{name}").read_bytes()
        for process in processes()
        if process.module in {CORE, LAUNCHER, ENGINE} and process.pid in connected.home.pids(process.module)
        for name in ("cmdline", "environ")
        if _can_read(Path(f"/proc/{process.pid}/{name}"))
    ]
    assert seen
    assert not any(KEY.encode() in content for content in seen)
    keys = (KEY.encode(), base64.b64encode(KEY.encode()).rstrip(b"="))
    files = [path for path in connected.home.root.rglob("*") if path.is_file()]
    holding = [path for path in files if any(key in path.read_bytes() for key in keys)]
    assert [path.parent for path in holding] == [connected.home.folders.gate / "vault"]
    assert holding[0].stat().st_mode & 0o077 == 0


def test_airplane_mode_is_one_switch(connected: Connected) -> None:
    assert connected.home.aspen("airplane", "on").code == 0
    assert connected.ask(*MAY_LEAVE, "Hello").code == 4
    connected.home.stop()
    assert connected.ask(*MAY_LEAVE, "Hello").code == 4
    assert connected.provider.received == []
    assert connected.home.aspen("airplane", "off").code == 0
    assert connected.ask(*MAY_LEAVE, "Hello").code == 0


def test_every_answer_says_where_it_came_from_and_why(connected: Connected) -> None:
    told = connected.home.aspen("ask", *MAY_LEAVE, "--json", "Hello").told
    assert (told["model"], told["zone"], told["sent"]["provider"]) == ("acme-large", "cloud", "acme")
    assert told["sent"]["sequence"] == connected.entries()[-1]["sequence"]
    assert [reason["code"] for reason in told["decision"]["reasons"]] == ["named", "may_leave"]
    why = connected.ask(*MAY_LEAVE, "--why", "Hello")
    assert "Answered by acme-large, because:" in why.err
    assert json.dumps(told["decision"])


def _can_read(path: Path) -> bool:
    try:
        path.read_bytes()
    except OSError:
        return False
    return True


def test_a_mistyped_name_of_a_model_elsewhere_names_what_is_near(connected: Connected) -> None:
    refused = connected.ask("--model", "acme-larg", "Hello")
    assert (refused.code, connected.provider.received) == (3, [])
    assert "Did you mean acme-large?" in refused.err


def test_a_schema_file_from_a_kept_folder_stays_here(connected: Connected) -> None:
    schema = connected.home.root / "home" / "cases" / "form.json"
    schema.parent.mkdir()
    schema.write_text('{"type": "object", "title": "Smith v. Jones"}', "utf-8")
    assert connected.home.aspen("keep", str(schema.parent)).code == 0
    refused = connected.ask(*MAY_LEAVE, "--schema", str(schema), "Summarise")
    assert (refused.code, connected.provider.received) == (4, [])
    assert "form.json stays on this computer (folder ~/cases)" in refused.err
