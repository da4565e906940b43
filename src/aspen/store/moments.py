"""Points in time as whole microseconds since 1970 in UTC: exact, and in order when they are compared."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def to_microseconds(moment: datetime) -> int:
    """Count from 1970. Raises ValueError for a time without a zone, which is no point in time."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs its time zone")
    return (moment - _EPOCH) // _MICROSECOND


def from_microseconds(count: int) -> datetime:
    """Return the moment in UTC."""
    return _EPOCH + count * _MICROSECOND
