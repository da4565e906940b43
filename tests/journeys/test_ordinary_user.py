"""The same for somebody who is not root, and for folders that cannot be written. Root runs these as another user."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import aspen
from aspen.channel.address import connect
from fakes.service_home import ServiceHome

ORDINARY_ID = 65534
_BECOME = ("setpriv", f"--reuid={ORDINARY_ID}", f"--regid={ORDINARY_ID}", "--clear-groups")
_SYSTEM_PYTHON = "/usr/bin/python3"


@pytest.fixture
def ordinary(starter_model: Path) -> Iterator[ServiceHome]:
    """A home in which commands run as an ordinary user: this one, or another one when this is root."""
    with tempfile.TemporaryDirectory(prefix="aspen-test-", dir="/tmp") as folder:
        root = Path(folder)
        root.chmod(0o755)
        with ServiceHome(root) as home:
            home.put_on_shelf(starter_model)
            if os.geteuid() == 0:
                _become_ordinary(home)
            yield home
            # Root may not speak to this service, so the one whose it is ends it.
            home.aspen("stop")


def _become_ordinary(home: ServiceHome) -> None:
    packages = home.root / "packages"
    shutil.copytree(Path(aspen.__file__).parent, packages / "aspen")
    home.environment["PYTHONPATH"] = os.pathsep.join((str(packages), sysconfig.get_path("platlib")))
    for path in (home.root, *home.root.rglob("*")):
        if packages not in (path, *path.parents) and path.suffix != ".gguf":
            os.chown(path, ORDINARY_ID, ORDINARY_ID)
    (model,) = home.folders.shelf.iterdir()
    shutil.copyfile(model, home.folders.shelf / "copy")  # the original has two names, and one of them is not ours
    model.unlink()
    (home.folders.shelf / "copy").rename(model)
    model.chmod(0o644)
    for python in (sys.executable, _SYSTEM_PYTHON):
        home.python = (*_BECOME, python)
        if shutil.which("setpriv") and _can_import_the_engine(home):
            return
    pytest.skip("every Python here with the packages lies in a folder that only root may enter")


def _can_import_the_engine(home: ServiceHome) -> bool:
    # By its own name once more, as the launcher does: setpriv itself may still enter folders of root's.
    program = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c', 'import xllamacpp, h11, click'], check=True)"
    )
    command = [*home.python, "-c", program]
    return not subprocess.run(command, check=False, capture_output=True, env=home.environment, cwd="/").returncode


def test_an_ordinary_user_gets_a_sealed_answer(ordinary: ServiceHome) -> None:
    asked = ordinary.aspen("ask", "Say hello.", "--max-tokens", "4", "--json")
    assert asked.code == 0, asked.err
    assert asked.told["answer"]
    assert asked.told["jail"]["level"] in {"L1", "L2", "L3"}
    doctor = ordinary.aspen("doctor", "--json").told
    assert [probe["name"] for probe in doctor["core_seal"]["probes"] if not probe["blocked"]] == []
    owners = {Path(f"/proc/{process.pid}").stat().st_uid for process in ordinary.processes()}
    assert owners <= {0, ORDINARY_ID, os.getuid()}  # what cannot be looked into belongs to root in /proc


def test_another_user_gets_not_even_a_greeting(ordinary: ServiceHome) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can be another user")
    assert ordinary.aspen("models").code == 0
    (socket_path,) = (ordinary.root / "run").rglob("aspen.sock")
    with connect(socket_path, 5.0) as stranger:
        assert stranger.recv(100) == b""
    assert ordinary.aspen("ps", "--json").told["service"]["pid"]


def _closed(folder: Path) -> Path:
    """A folder that an ordinary user can read and not write."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o555)
    if os.geteuid() == 0:
        os.chown(folder, 0, 0)
    return folder


def test_a_home_that_cannot_be_written_is_named_in_one_sentence(ordinary: ServiceHome) -> None:
    closed = _closed(ordinary.root / "closed")
    ordinary.environment["ASPEN_HOME"] = str(closed / "aspen")
    refused = ordinary.aspen("ask", "hi")
    assert (refused.code, refused.out) == (1, "")
    sentence, hint = refused.err.strip().splitlines()
    assert str(closed) in sentence
    assert "Permission denied" in sentence
    assert "ASPEN_HOME" in hint


@pytest.mark.parametrize("name", ["data", "state"])
def test_one_folder_of_ours_that_cannot_be_written_is_named(ordinary: ServiceHome, name: str) -> None:
    closed = _emptied_and_closed(ordinary, name)
    refused = ordinary.aspen("models", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (1, "not_writable")
    assert str(closed) in refused.told["error"]["sentence"]


def test_the_folder_of_the_settings_needs_only_to_be_read(ordinary: ServiceHome) -> None:
    closed = _emptied_and_closed(ordinary, "config")
    assert ordinary.aspen("models").code == 0
    assert list(closed.iterdir()) == []


def _emptied_and_closed(home: ServiceHome, name: str) -> Path:
    assert home.aspen("models").code == 0
    assert home.aspen("stop").code == 0
    folder = home.root / "aspen" / name
    shutil.rmtree(folder)
    return _closed(folder)


def test_a_read_only_runtime_directory_is_passed_over(ordinary: ServiceHome) -> None:
    _closed(ordinary.root / "run")
    assert ordinary.aspen("models").code == 0
    assert ordinary.aspen("ps", "--json").told["service"]
    assert list((ordinary.root / "tmp").rglob("aspen.sock"))


def test_with_no_folder_for_the_socket_one_sentence_names_those_that_were_tried(ordinary: ServiceHome) -> None:
    ordinary.environment["XDG_RUNTIME_DIR"] = str(ordinary.root / "missing")
    (ordinary.root / "tmp" / f"aspen-{ordinary.root.stat().st_uid}").write_text("in the way", "utf-8")
    refused = ordinary.aspen("models", "--json")
    assert (refused.code, refused.told["error"]["code"]) == (1, "not_writable")
    assert str(ordinary.root / "missing") in refused.told["error"]["sentence"]
    assert "XDG_RUNTIME_DIR" in refused.told["error"]["hint"]
