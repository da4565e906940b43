"""What a provider, a hub or a name server learns beyond the words: nothing of the person, the machine or the files."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from canaries import canary, found, places_with
from closed_home import CLAUDE, GEMINI, GPT, HOSTS, MISTRAL, ClosedHome
from serve_hub import MODEL
from watching import Watch
from world import Asked, World

import aspen

_HERE = Path(__file__).resolve().parent
SECRET_HEADERS = {"x-api-key", "authorization", "x-goog-api-key"}
REMOTE_STATE = {
    *("user", "metadata", "store", "previous_response_id", "prompt_cache_key", "safety_identifier", "container"),
    *("conversation", "file_ids", "cachedContent", "service_tier", "prediction", "system_fingerprint"),
}
"""Fields of the providers' interfaces by which they could recognise a person or keep something between requests."""


@contextmanager
def hub_in(world: World) -> Generator[tuple[dict[str, Any], list[Any]]]:
    """Run a hub in the closed network; the list is filled with what it was asked when the block ends."""
    environment = {**os.environ, "PYTHONPATH": f"{_HERE.parent}{os.pathsep}{Path(aspen.__file__).parents[1]}"}
    command = world.inside((sys.executable, str(_HERE / "serve_hub.py")))
    asked: list[Any] = []
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        yield json.loads(process.stdout.readline()), asked
        process.stdin.close()
        asked.extend(json.loads(process.stdout.readline()))


def without_key(asked: Asked) -> tuple[object, ...]:
    """Return a request as it would be for every person alike."""
    return asked.method, asked.target, [pair for pair in asked.headers if pair[0] not in SECRET_HEADERS], asked.body


def test_case_27_no_dependency_calls_home(new_home: ClosedHome, watch: Watch) -> None:
    telemetry = ("HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK", "HF_HUB_OFFLINE", "ANONYMIZED_TELEMETRY")
    new_home.environment |= dict.fromkeys(telemetry, "0")
    new_home.connect("openai")
    assert new_home.ask("Hello", model=GPT).error is None
    assert new_home.ask_here("Hello").error is None
    for words in (("models",), ("doctor",), ("ps",), ("cloud", "list"), ("ledger", "list"), ("--version",)):
        done = new_home.aspen(*words)
        assert done.code == 0, done
    assert watch.names == {"api.openai.com"}
    assert watch.seen().strays() == []


def test_case_28_two_machines_ask_a_hub_for_a_model_in_the_same_words(
    watch: Watch, world: World, tmp_path: Path
) -> None:
    told: list[list[Any]] = []
    secrets = [canary(), canary()]
    for secret in secrets:
        with ClosedHome(tmp_path / secret, world) as home, hub_in(world) as (hub, asked):
            watch.also |= {("tcp", "127.0.0.1", port) for port in hub["ports"]}
            home.environment |= {"HF_ENDPOINT": hub["endpoint"], "USER": secret, "HOSTNAME": secret}
            home.aspen("keep", str(home.file("notes.txt", secret)))
            pulled = home.aspen("pull", f"acme/tiny/{MODEL}")
            assert pulled.code == 0, pulled
        told.append(json.loads(json.dumps(asked).replace(hub["endpoint"].rpartition(":")[2], "PORT")))
        told[-1] = json.loads(json.dumps(told[-1]).replace(str(hub["ports"][1]), "PORT"))
    assert told[0]
    assert told[0] == told[1]
    assert [found(secret, {"the hub": json.dumps(told).encode()}) for secret in secrets] == [[], []]
    assert watch.names == set()


def test_case_34_the_same_question_is_the_same_request_in_every_chat_and_every_home(
    new_home: ClosedHome, home: ClosedHome, watch: Watch
) -> None:
    new_home.connect(*HOSTS)
    home.connect("google", "mistral")
    for where in (home, new_home):
        for model in (CLAUDE, GPT, GEMINI, MISTRAL):
            for _ in range(2):
                assert where.ask("What is a fair?", model=model, conversation="new").error is None
    by_host: dict[str, list[Asked]] = {}
    for asked in watch.asked:
        by_host.setdefault(asked.host, []).append(asked)
    assert set(by_host) == set(HOSTS.values())
    for host, requests in by_host.items():
        assert len({repr(without_key(each)) for each in requests}) == 1, host
        assert len(requests) == 4
        said = {name for name, value in requests[0].content.items() if value is not False}
        assert REMOTE_STATE.isdisjoint(said), host


def test_case_35_nothing_is_said_of_files_folders_projects_or_the_machine(new_home: ClosedHome, watch: Watch) -> None:
    folder, name, project, title = (canary() for _ in range(4))
    said = canary()
    file = new_home.file(f"{project}/{folder}/{name}.md", f"The fair is on Sunday. {said}")
    new_home.environment |= {"USER": title, "LOGNAME": title, "LC_TIME": title, "TZ": "Pacific/Chatham"}
    new_home.connect("anthropic", "openai")
    new_home.declare(file.parent, "may-leave", "anthropic", "openai")
    new_home.call("set_project", folder=str(new_home.papers / project), answer="ask")
    for model in (CLAUDE, GPT):
        answered = new_home.ask(
            "Five captions",
            model=model,
            files=[str(file)],
            label="may-leave",
            conversation="new",
            folder=str(file.parent),
        )
        assert answered.error is None
    seen = watch.seen().places()
    assert places_with(said, seen) == {"request 0 to api.anthropic.com", "request 1 to api.openai.com"}
    for token in (folder, name, project, title):
        assert found(token, seen) == []
    everything = b"".join(asked.whole for asked in watch.asked)
    for word in (str(new_home.root), socket.gethostname(), "Chatham", "notes", new_home.papers.name + "/"):
        assert word.encode() not in everything, word


@pytest.mark.parametrize("host", ["api.anthropic.com", "api.openai.com"])
def test_case_35_a_request_has_the_headers_that_it_needs_and_no_others(
    home: ClosedHome, watch: Watch, host: str
) -> None:
    model = CLAUDE if host == "api.anthropic.com" else GPT
    assert home.ask("Hello", model=model).error is None
    (asked,) = watch.asked
    names = {name for name, _ in asked.headers}
    needed = {"host", "user-agent", "accept", "accept-encoding", "content-type", "content-length", "connection"}
    assert names - needed <= {"x-api-key", "authorization", "anthropic-version"}
    assert dict(asked.headers)["user-agent"] == "aspen"
