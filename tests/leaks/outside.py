"""Everything beyond the machine, as one program: the network that ends here, its names, its providers, its recorder.

    PYTHONPATH=tests:src python tests/leaks/outside.py FOLDER KEY

KEY is what each provider takes. Prints {"pid": …} once all of it listens. What it sees lies in FOLDER:
`capture.pcap`, a line for each name in `names.jsonl`, for each request in `received.jsonl`. Commands come as lines of
JSON on standard input, and each is answered by a line: {"do": "sync"} writes down what waits, {"do": "answer", "host":
…, "manner": …} changes what a provider says from then on (`Manner`). Ends with its standard input.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from closed_network import NAMESERVER, close_network, open_tap
from recorder import Recorder
from resolver import Resolver

from fakes.certificates import Authority
from fakes.provider_anthropic import anthropic
from fakes.provider_gemini import gemini
from fakes.provider_openai import openai
from fakes.provider_responses import openai_both
from fakes.provider_script import Call, Fails, Fault, Says, Turn
from fakes.tls_provider import Answer, Received, Reply, TlsProvider

PROVIDERS: Mapping[str, tuple[str, Callable[..., Answer]]] = {
    "api.anthropic.com": ("192.0.2.1", anthropic),
    "api.openai.com": ("192.0.2.2", openai_both),
    "generativelanguage.googleapis.com": ("192.0.2.3", gemini),
    "api.mistral.ai": ("192.0.2.4", openai),
}
"""By host: its address, of those kept for documentation (RFC 5737), and how it answers."""

STRANGERS = {"stranger.example.org": "198.51.100.1", "huggingface.co": "198.51.100.2"}
"""Names that lead somewhere, where nobody listens."""

PORT = 443


@dataclass(slots=True)
class Manner:
    """How one provider answers from now on: with a `text`, a `call` of a tool, a `fault` or a redirect.

    `watch` is a folder whose files are copied when a request has come, before it is answered.
    """

    text: str = "Hello there."
    call: str = ""
    fault: str = ""
    redirect_to: str = ""
    watch: str = ""

    def turn(self) -> Turn:
        """Return it as fakes say it."""
        if self.fault:
            return Fails(fault=Fault(self.fault))
        calls = (Call(name="fetch", arguments=(self.call,)),) if self.call else ()
        return Says(text=(self.text,), calls=calls)


@dataclass(slots=True)
class Provider:
    """One of them: its manner now, and the server that is asked."""

    host: str
    key: str
    style: Callable[..., Answer]
    manner: Manner = field(default_factory=Manner)

    def answer(self, received: Received) -> Reply:
        if self.manner.redirect_to:
            return Reply(status=307, headers=(("location", self.manner.redirect_to),))
        return self.style(self.manner.turn(), key=self.key)(received)


class Outside:
    """Builds all of it in a folder, and follows commands."""

    def __init__(self, folder: Path, key: str) -> None:
        self._folder = folder
        self._tap = open_tap()
        self._recorder = Recorder(self._tap, folder / "capture.pcap")
        self._names = (folder / "names.jsonl").open("a", encoding="utf-8", buffering=1)
        self._received = (folder / "received.jsonl").open("a", encoding="utf-8", buffering=1)
        self._providers = {host: Provider(host, key, style) for host, (_, style) in PROVIDERS.items()}

    async def run(self) -> None:
        """Serve until standard input ends."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._tap, self._recorder.drain)
        known = {host: address for host, (address, _) in PROVIDERS.items()}
        await Resolver({**known, **STRANGERS}, self._note_name).listen(NAMESERVER)
        authority = Authority(self._folder / "authority")
        servers = [self._server(authority, each, known[each.host]) for each in self._providers.values()]
        for server in servers:
            await server.__aenter__()
        commands = asyncio.StreamReader(limit=1 << 20)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
        _say({"pid": os.getpid()})
        while line := await commands.readline():
            _say(self._obey(json.loads(line)))

    def _server(self, authority: Authority, provider: Provider, address: str) -> TlsProvider:
        return TlsProvider(
            authority,
            answer=provider.answer,
            names=(provider.host,),
            host=address,
            port=PORT,
            log=lambda received: self._note_request(provider, received),
        )

    def _obey(self, command: Mapping[str, Any]) -> Mapping[str, object]:
        if command["do"] == "answer":
            self._providers[command["host"]].manner = Manner(**command["manner"])
        self._recorder.drain()
        return {"lost": self._recorder.lost()}

    def _note_name(self, name: str) -> None:
        self._names.write(json.dumps({"name": name}) + "\n")

    def _note_request(self, provider: Provider, received: Received) -> None:
        line = {
            "host": provider.host,
            "method": received.method,
            "target": received.target,
            "headers": received.headers,
            "body_base64": base64.b64encode(received.body).decode(),
            "watched": self._copy(provider.manner.watch),
        }
        self._received.write(json.dumps(line) + "\n")

    def _copy(self, watched: str) -> dict[str, str]:
        """Return what lies in a folder at this moment, by name, in base64."""
        files = sorted(Path(watched).iterdir()) if watched else []
        return {path.name: base64.b64encode(path.read_bytes()).decode() for path in files if path.is_file()}


def _say(told: Mapping[str, object]) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


def main() -> None:
    folder, key = Path(sys.argv[1]), sys.argv[2]
    close_network(folder, Authority(folder / "authority").ca_file)
    asyncio.run(Outside(folder, key).run())


if __name__ == "__main__":
    main()
