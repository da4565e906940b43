"""A fake provider as a program of its own, for tests whose servers live in another network namespace.

    PYTHONPATH=tests:src python -m fakes.serve_provider openai --folder DIR [--port 443] [--name api.openai.com …]

Prints one line of JSON with base_url and ca_file once it listens, writes a line for each request to DIR/received.jsonl
(its body in base64) before it answers, and ends with SIGTERM or SIGINT.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from fakes.certificates import LOCAL_NAMES, Authority
from fakes.provider_anthropic import anthropic
from fakes.provider_gemini import gemini
from fakes.provider_openai import openai
from fakes.provider_rows import KEY
from fakes.provider_script import turns_from_json
from fakes.tls_provider import Received, TlsProvider

_KINDS = {"openai": openai, "anthropic": anthropic, "gemini": gemini}

_TESTS = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A fake in another process."""

    base_url: str
    ca_file: str
    folder: Path

    def received(self) -> list[Mapping[str, object]]:
        """Return what it was asked so far; `body` is in bytes again."""
        path = self.folder / "received.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        told = [cast("dict[str, object]", json.loads(line)) for line in lines]
        return [{**each, "body": base64.b64decode(str(each["body_base64"]))} for each in told]


@contextmanager
def provider_process(kind: str, folder: Path, *options: str) -> Generator[Running]:
    """Run a fake beside this process until the block ends. `options` as on its command line."""
    command = [sys.executable, "-m", "fakes.serve_provider", kind, "--folder", str(folder), *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_TESTS), str(_TESTS.parent / "src")])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield Running(base_url=told["base_url"], ca_file=told["ca_file"], folder=folder)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=sorted(_KINDS))
    parser.add_argument("--folder", type=Path, required=True, help="for the authority and what is received")
    parser.add_argument("--authority", type=Path, help="the folder of an authority that several servers share")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--name", action="append", default=[], help="a name for the certificate, beside the local ones")
    parser.add_argument("--turns", type=Path, help="a JSON file: see provider_script.turns_from_json")
    parser.add_argument("--key", default=KEY)
    server = _server(parser.parse_args())
    asyncio.run(_serve(server))


def _server(options: argparse.Namespace) -> TlsProvider:
    folder: Path = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    turns = turns_from_json(options.turns.read_bytes()) if options.turns else []
    return TlsProvider(
        Authority(options.authority or folder / "authority"),
        answer=_KINDS[options.kind](*turns, key=options.key),
        names=(*LOCAL_NAMES, *options.name),
        host=options.host,
        port=options.port,
        log=lambda received: _note(folder / "received.jsonl", received),
    )


async def _serve(server: TlsProvider) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with server:
        sys.stdout.write(json.dumps({"base_url": server.base_url, "ca_file": server.ca_file}) + "\n")
        sys.stdout.flush()
        await ended.wait()


def _note(path: Path, received: Received) -> None:
    line = {
        "method": received.method,
        "target": received.target,
        "headers": received.headers,
        "body_base64": base64.b64encode(received.body).decode(),
    }
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
