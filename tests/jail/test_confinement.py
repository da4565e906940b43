from __future__ import annotations

import errno
import json

import pytest

from aspen.jail.confinement import NOT_TRIED, Confinement

HALF = Confinement(
    architecture="x86_64",
    namespaces_error=errno.ENOSPC,
    landlock_abi=4,
    landlock_error=0,
    seccomp_error=0,
    capabilities_error=0,
    devices=("/dev/dri/renderD128",),
    setup_ms=2.5,
)


def test_a_confinement_crosses_the_pipe_unchanged() -> None:
    assert Confinement.from_json(HALF.to_json()) == HALF


def test_what_crosses_the_pipe_is_a_flat_object() -> None:
    assert not [value for value in json.loads(HALF.to_json()).values() if isinstance(value, dict)]


def test_a_wall_stands_when_the_kernel_gave_no_error() -> None:
    assert (HALF.has_namespaces, HALF.has_landlock, HALF.has_seccomp) == (False, True, True)


def test_a_wall_that_was_not_tried_does_not_stand() -> None:
    sealed = Confinement.from_json(HALF.to_json().replace(str(errno.ENOSPC), str(NOT_TRIED)))
    assert not sealed.has_namespaces


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"architecture": 1}', HALF.to_json().replace("4", '"many"')])
def test_what_is_no_confinement_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Confinement.from_json(text)
