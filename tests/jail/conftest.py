"""Fixtures of the jail: a person to run processes as, with a world-readable copy of Aspen and of these scripts."""

from __future__ import annotations

import os
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from person import ORDINARY_ID, TESTS, Person

import aspen
from aspen.jail.landlock import kernel_abi
from aspen.jail.system_calls import this_architecture

_SYSTEM_PYTHON = "/usr/bin/python3"


@pytest.fixture(scope="session")
def packages() -> Iterator[tuple[Path, ...]]:
    """A copy of Aspen and of the scripts that anybody may read, then the packages of this Python."""
    with tempfile.TemporaryDirectory(prefix="aspen-jail-", dir="/tmp") as folder:
        public = Path(folder)
        public.chmod(0o755)
        shutil.copytree(Path(aspen.__file__).parent, public / "aspen", ignore=shutil.ignore_patterns("__pycache__"))
        for script in TESTS.glob("*.py"):
            shutil.copy(script, public)
        yield (public, Path(sysconfig.get_path("platlib")))


def _ordinary(home: Path, packages: tuple[Path, ...]) -> Person | None:
    """The first Python that an ordinary user can run; this one, where its folder lets them in."""
    for python in (sys.executable, _SYSTEM_PYTHON):
        person = Person(python=python, home=home, packages=packages, user_id=ORDINARY_ID)
        if person.can_import("aspen.jail.try_out"):
            return person
    return None


@pytest.fixture(params=["the one who runs the tests", "an ordinary user"])
def person(request: pytest.FixtureRequest, packages: tuple[Path, ...]) -> Iterator[Person]:
    with tempfile.TemporaryDirectory(prefix="aspen-home-", dir="/tmp") as folder:
        home = Path(folder)
        if request.param == "the one who runs the tests":
            yield Person(python=sys.executable, home=home, packages=packages)
            return
        if os.geteuid() != 0:
            pytest.skip("the tests already run as an ordinary user")
        try:
            os.chown(home, ORDINARY_ID, ORDINARY_ID)
        except OSError:
            pytest.skip("this root may not become somebody else")
        ordinary = _ordinary(home, packages)
        if ordinary is None:
            pytest.skip("every Python here lies in a folder that only root may enter")
        yield ordinary


@pytest.fixture
def me(packages: tuple[Path, ...], tmp_path: Path) -> Person:
    """The one who runs the tests, where a second user would prove nothing more."""
    return Person(python=sys.executable, home=tmp_path, packages=packages)


@pytest.fixture(autouse=True)
def linux_with_landlock(request: pytest.FixtureRequest) -> None:
    """Tests that need the kernel's walls say so by using `person` or `me`."""
    if {"person", "me"} & set(request.fixturenames) and (this_architecture() is None or kernel_abi() == 0):
        pytest.skip("this system has no Landlock or no table of system calls")
