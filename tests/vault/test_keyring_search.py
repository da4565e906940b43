"""Which keyrings count: the system's own, by class; nothing that writes plain text or nothing at all."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend
from keyring.backends import SecretService, chainer, fail, kwallet, null

from aspen.vault.keyring_search import is_real
from fakes.keyrings import MemoryKeyring

FIND = "import os; from aspen.vault.keyring_search import find_keyring; print(find_keyring(os.environ, 2.0))"


class Keyring(MemoryKeyring):
    """Has the name of a real one; its module is not one of the system's."""


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring, chainer.ChainerBackend, MemoryKeyring, Keyring])
def test_a_backend_that_is_not_the_systems_own_does_not_count(backend: type[KeyringBackend]) -> None:
    assert not is_real(backend, "linux")


def test_a_backend_of_the_systems_own_does_not_count_where_it_does_not_answer() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DBUS_SESSION_BUS_ADDRESS"}
    script = (
        "from aspen.vault.keyring_search import is_real\n"
        "from keyring.backends import SecretService, kwallet\n"
        "print(is_real(SecretService.Keyring, 'linux'), is_real(kwallet.DBusKeyring, 'linux'))"
    )
    done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("real", [SecretService.Keyring, kwallet.DBusKeyring])
@pytest.mark.parametrize(("priority", "counts"), [(5.0, True), (0.5, False)])
def test_a_backend_of_the_systems_own_counts_where_it_answers_well(
    real: type[KeyringBackend], priority: float, counts: bool
) -> None:
    content = {"__module__": real.__module__, "__qualname__": real.__qualname__, "priority": priority}
    answering = type(real.__name__, (MemoryKeyring,), content)
    assert is_real(answering, "linux") == counts
    assert not is_real(answering, "darwin")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no session bus")
def test_without_a_session_bus_the_keyring_package_is_not_even_loaded() -> None:
    script = (
        "import sys; from aspen.vault.keyring_search import find_keyring\n"
        "print(find_keyring({}), 'keyring' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["None", "False"]


@pytest.mark.parametrize("setting", ["keyring.backends.null.Keyring", "keyrings.alt.file.PlaintextKeyring"])
def test_what_the_environment_configures_as_a_keyring_is_not_obeyed(setting: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHON_KEYRING_BACKEND": setting}
    environment["DBUS_SESSION_BUS_ADDRESS"] = f"unix:path={tmp_path}/nobody"
    done = subprocess.run([sys.executable, "-c", FIND], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "None"


def test_a_session_bus_that_takes_the_call_and_never_answers_costs_no_more_than_the_patience(tmp_path: Path) -> None:
    address = tmp_path / "bus"
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(address))
        listener.listen()
        environment = {**os.environ, "DBUS_SESSION_BUS_ADDRESS": f"unix:path={address}"}
        before = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-c", FIND], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        listener.settimeout(5)
        connection, _ = listener.accept()  # the search did get as far as the bus
        connection.close()
    assert done.stdout.strip() == "None"
    assert time.monotonic() - before < 20
