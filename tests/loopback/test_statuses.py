"""Every error of Aspen's has a status, its own or that of the class above it."""

from __future__ import annotations

import pytest

from aspen.core import errors
from aspen.loopback.statuses import status_of


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.Misused, 400),
        (errors.NeedsApproval, 403),
        (errors.NotFound, 404),
        (errors.NoKey, 409),
        (errors.ModelTooLarge, 422),
        (errors.DiskFull, 507),
        (errors.LedgerBroken, 500),
    ],
)
def test_an_error_has_the_status_of_its_kind(error: type[errors.AspenError], status: int) -> None:
    assert status_of(error) == status


def test_no_error_is_without_one() -> None:
    assert all(400 <= status_of(error) < 600 for error in errors.every_error())
