"""The HTTP status of each error: the one place where an error becomes a number for HTTP."""

from __future__ import annotations

from collections.abc import Mapping

from aspen.core import errors

_STATUSES: Mapping[type[errors.AspenError], int] = {
    errors.AspenError: 500,
    errors.BadModelFile: 422,
    errors.BadSchema: 422,
    errors.BadRequest: 422,
    errors.ModelCannot: 422,
    errors.WeightsChanged: 409,
    errors.StoreTooNew: 409,
    errors.NoKey: 409,
    errors.KeyRejected: 502,
    errors.ProviderRefused: 502,
    errors.ProviderFailed: 502,
    errors.RateLimited: 503,
    errors.GateUnreachable: 503,
    errors.EngineStopped: 503,
    errors.ServiceStopped: 503,
    errors.ServiceUnreachable: 503,
    errors.Misused: 400,
    errors.NotFound: 404,
    errors.StaysHere: 403,
    errors.Unreachable: 503,
    errors.DoesNotFit: 422,
    errors.DiskFull: 507,
    errors.Interrupted: 499,
}


def status_of(error: type[errors.AspenError]) -> int:
    """Return the status of an error: its own, else that of the nearest class above it."""
    return next(_STATUSES[kind] for kind in error.__mro__ if kind in _STATUSES)
