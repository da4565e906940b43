"""A home of a real service that is connected to a provider over real TLS, and what a person does there.

with connected_home(tmp_path) as at:
    at.provider.answer = openai(Fails(fault=Fault.TOO_FAST, retry_after_seconds=7))
    outcome = at.ask("--label", "may-leave", "Hello")
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fakes.certificates import Authority
from fakes.gate_process import Person
from fakes.provider_openai import openai
from fakes.provider_script import KEY, Says
from fakes.service_home import Outcome, ServiceHome, question
from fakes.tls_provider import Received, TlsProvider

MODEL = "acme-large"
MAY_LEAVE = ("--model", MODEL, "--label", "may-leave")
FRIENDLY = openai(Says(text=("Five ", "captions.")))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectedHome:
    """`provider` answers as it is told: set its `answer`."""

    home: ServiceHome
    provider: TlsProvider

    @property
    def person(self) -> Person:
        """A person at the gate, past the command line."""
        return Person(self.home.runtime)

    def add(self, name: str, url: str, *options: str, key: str = KEY) -> Outcome:
        """Connect a server, as `aspen cloud add` does in a script."""
        words = ("cloud", "add", name, "--url", url, "--zone", "cloud", "--wants-key", "--key-in-file", *options)
        return self.home.aspen(*words, piped=f"{key}\n")

    def ask(self, *words: str, piped: str = "") -> Outcome:
        return self.home.aspen("ask", *words, piped=piped)

    def send(self, words: str = "Hello", *options: str) -> Outcome:
        """Ask the provider's model with words that may leave."""
        return self.ask(*MAY_LEAVE, *options, words)

    def answered(self, words: str = "Hello", model: str = MODEL) -> dict[str, Any]:
        """Ask on the channel itself, for words that may leave, and return the result. The service must run."""
        return self.home.call("ask", **question(words, model=model, label="may-leave"))

    def entries(self, *verdicts: str) -> list[dict[str, Any]]:
        """Return what the ledger has of these verdicts or of all, oldest first. The service must run."""
        return self.person.call("ledger_list", verdicts=list(verdicts), limit=1000)["entries"][::-1]

    def last(self) -> dict[str, Any]:
        """Return the newest entry."""
        return self.entries()[-1]

    def is_whole(self) -> bool:
        """Whether the ledger verifies. The service must run."""
        return self.person.call("ledger_verify")["is_whole"]

    def received_during(self, mark: int) -> list[Received]:
        """Return what reached the provider since there were `mark` requests."""
        return self.provider.received[mark:]


@contextmanager
def connected_home(root: Path, **settings: object) -> Generator[ConnectedHome]:
    """Begin a home with the provider `acme`, whose model is MODEL; end all of it with the block."""
    root.mkdir(parents=True, exist_ok=True)
    authority = Authority(root / "authority")
    with ServiceHome(root, **settings) as home, TlsProvider(authority, answer=FRIENDLY).in_thread() as provider:
        at = ConnectedHome(home=home, provider=provider)
        added = at.add("acme", provider.base_url, "--model", MODEL, "--ca-file", provider.ca_file)
        assert added.code == 0, added.err
        yield at
