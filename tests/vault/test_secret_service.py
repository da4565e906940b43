"""The vault in a real keyring: GNOME Keyring on a session bus of its own, with a home of its own.

Needs the programs dbus-run-session and gnome-keyring-daemon, and is left out where they are not installed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TASK = Path(__file__).with_name("secret_service_task.py")
PATIENCE_SECONDS = 120

pytestmark = pytest.mark.skipif(
    shutil.which("dbus-run-session") is None or shutil.which("gnome-keyring-daemon") is None,
    reason="needs dbus-run-session and gnome-keyring-daemon",
)

UNLOCKED = 'printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; exec "$@"'
TWICE = f"""cat >"$HOME/task"; {UNLOCKED.replace("exec", "")} <"$HOME/task"; "$@" <"$HOME/task" """
ABSENT = 'exec "$@"'


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A home and a runtime folder of the session's own, and no bus of anybody else."""
    (tmp_path / "home").mkdir(mode=0o700)
    (tmp_path / "run").mkdir(mode=0o700)
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LANG") if name in os.environ}
    path = os.pathsep.join(part for part in sys.path if part)
    return {**kept, "PYTHONPATH": path, "HOME": str(tmp_path / "home"), "XDG_RUNTIME_DIR": str(tmp_path / "run")}


def in_session(script: str, environment: dict[str, str], *words: object, told: str = "") -> str:
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", script, "-", sys.executable, *(str(word) for word in words)],
        env=environment,
        input=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_secret_survives_the_session_and_is_in_no_file_in_the_clear(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    folder = tmp_path / "home" / "gate"
    assert in_session(UNLOCKED, environment, TASK, folder, "write") == "the system keyring\n"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert any("keyring" in path.suffix for path in files)
    assert not [path for path in files if b"canary" in path.read_bytes()]
    assert in_session(UNLOCKED, environment, TASK, folder, "read") == "the system keyring\n"


def test_the_process_makes_the_stores_key_once_in_a_real_keyring(tmp_path: Path, environment: dict[str, str]) -> None:
    task = json.dumps({"want": "store-key", "folder": str(tmp_path / "home" / "data")}) + "\n"
    script = (
        UNLOCKED.replace('exec "$@"', 'cat >"$HOME/task"; "$@" <"$HOME/task"; "$@" <"$HOME/task"')
        .replace("printf secret |", "exec 3<&0; printf secret |")
        .replace("cat >", "cat <&3 >")
    )
    first, second = in_session(script, environment, "-m", "aspen.vault.process", told=task).splitlines()
    assert first == second
    said = json.loads(first)
    assert (said["event"], said["place"]) == ("done", "the system keyring")
    assert len(bytes.fromhex(said["key_hex"])) == 32


@pytest.mark.parametrize("daemon", ["started on demand, with nobody to ask for a password", "not there"])
def test_a_session_without_a_usable_keyring_has_none(tmp_path: Path, environment: dict[str, str], daemon: str) -> None:
    if daemon == "not there":
        environment["XDG_DATA_DIRS"] = str(tmp_path / "nothing")  # where a bus looks for services to start
    task = json.dumps({"want": "store-key", "folder": str(tmp_path / "home" / "data")}) + "\n"
    said = json.loads(in_session(ABSENT, environment, "-m", "aspen.vault.process", told=task))
    assert (said["event"], said["key_hex"]) == ("done", None)
    assert "not encrypted" in said["why"]
