"""What a stranger's file, a library or another user could reach: nothing."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from closed_home import ClosedHome, is_root
from closed_network import NAMESERVER
from listed_sockets import sockets_around
from watching import Watch
from world import LISTENERS, World

import aspen
from aspen.channel.address import GATE_PAGE_SOCKET_NAME, GATE_SOCKET_NAME, PAGE_SOCKET_NAME, SOCKET_NAME
from aspen.core.errors import BadModelFile
from fakes.gguf_writer import changed, gguf

STRANGER = "https://stranger.example.org"
SOCKETS = (SOCKET_NAME, PAGE_SOCKET_NAME, GATE_SOCKET_NAME, GATE_PAGE_SOCKET_NAME)

_DETECT = """
import json, sys
opened = []
sys.addaudithook(lambda event, told: opened.append(event) if event.startswith("socket.") else None)
from aspen.privacy.detection.labelling import NamedText, label_of
told = json.load(sys.stdin)
label, hints = label_of([NamedText(name="your message", text=text) for text in told])
json.dump({"opened": opened, "reasons": list(label.reasons), "hints": [hint.kind for hint in hints]}, sys.stdout)
"""
_CONNECT = """
import socket, sys
try:
    socket.socket(socket.AF_UNIX).connect(sys.argv[1])
except OSError as error:
    sys.exit(type(error).__name__)
"""


def inside_python(world: World, program: str, told: object) -> Any:
    """Run a program in the closed network as somebody's first call of Aspen, and return what it says."""
    done = subprocess.run(
        world.inside((sys.executable, "-P", "-c", program)),
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(aspen.__file__).parents[1]), "HOME": "/nonexistent"},
    )
    return json.loads(done.stdout)


def test_case_29_what_a_model_file_names_is_not_fetched(home: ClosedHome, watch: Watch) -> None:
    template = "{% include '" + STRANGER + "/template' %}{{ messages[0].content }}"
    model = home.root / "links.gguf"
    model.write_bytes(gguf(changed(general__url=f"{STRANGER}/model", tokenizer__chat_template=template)))
    assert home.aspen("show", str(model)).code == 0
    assert isinstance(home.ask("Hello", model=str(model)).error, BadModelFile)
    assert watch.nothing_left()


@pytest.mark.parametrize("line", [f"FROM {STRANGER}/model.gguf", f"FROM smollm2\nADAPTER {STRANGER}/adapter.gguf"])
def test_case_29_an_assistant_cannot_name_an_address(home: ClosedHome, watch: Watch, line: str) -> None:
    file = home.file("Modelfile", line + "\n")
    made = home.aspen("create", "stranger", "-f", str(file))
    assert made.code == 3, made
    assert watch.nothing_left()


def test_case_30_the_first_use_of_every_detector_opens_no_socket(watch: Watch) -> None:
    texts = [
        "My card is 4111 1111 1111 1111 and my account DE89 3704 0044 0532 0130 00.",
        "password = hunter2-and-more; AKIAIOSFODNN7EXAMPLE",
        "Write to ada@meier-kanzlei.ch or call +41 44 668 18 00, 12 Main Street, Springfield.",
        "https://sub.domain.example.co.uk/path?user=ada",
    ]
    told = inside_python(watch.world, _DETECT, texts)
    assert len(told["reasons"]) >= 3
    assert {"e-mail address", "phone number"} <= set(told["hints"])
    assert told["opened"] == []
    assert watch.nothing_left()


def test_case_43_what_listens_is_for_one_user_and_on_no_network(home: ClosedHome, watch: Watch) -> None:
    home.ask_here("Be there.")
    assert stat.S_IMODE(home.runtime.stat().st_mode) == 0o700
    assert {stat.S_IMODE((home.runtime / name).stat().st_mode) for name in SOCKETS} == {0o600}
    listening = {
        (each.kind, each.address, each.port) for each in sockets_around(watch.world.pid) if each.takes_from_anybody
    }
    assert listening == {*LISTENERS, ("tcp", NAMESERVER, 53)}, "the outside listens, and nobody else"


@pytest.mark.skipif(not is_root(), reason="only root can try it as somebody else")
@pytest.mark.parametrize("name", SOCKETS)
def test_case_43_another_user_is_refused(home: ClosedHome, name: str) -> None:
    tried = subprocess.run(
        ["/usr/bin/env", "python3", "-c", _CONNECT, name],
        capture_output=True,
        text=True,
        check=False,
        user=65534,
        group=65534,
        extra_groups=[],
        cwd=home.runtime,  # from within: the folders above it are closed to strangers already
        env={"PATH": "/usr/bin:/bin"},
    )
    assert (tried.returncode, tried.stderr.strip()) == (1, "PermissionError")


def test_case_45_every_attempt_of_core_and_engine_to_get_out_is_refused(home: ClosedHome, watch: Watch) -> None:
    result = home.ask_here("Be there.").result
    assert result["jail"]["level"] in {"L2", "L3"}
    assert set(result["jail"]["missing"]) <= {"no namespaces"}
    core = home.call("doctor")["core_seal"]
    assert {probe["name"] for probe in core["probes"] if not probe["blocked"]} == set()
    assert {"vsock socket", "io_uring_setup", "TCP connect v4"} <= {probe["name"] for probe in core["probes"]}
    assert watch.nothing_left()
