"""A key opens one session, within a minute, and is given what it was issued for."""

from __future__ import annotations

from aspen.loopback.one_time_keys import OneTimeKeys


class Watch:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_key_is_good_once_and_brings_its_grant() -> None:
    keys = OneTimeKeys()
    key, other = keys.issue("http://127.0.0.1:1"), keys.issue()
    assert key != other
    assert keys.redeem(key) == "http://127.0.0.1:1"
    assert keys.redeem(key) is None
    assert keys.redeem(other) == ""


def test_a_key_is_good_for_a_minute() -> None:
    watch = Watch()
    keys = OneTimeKeys(watch)
    key, late = keys.issue(), keys.issue()
    watch.now += 59.0
    assert keys.redeem(key) == ""
    watch.now += 1.0
    assert keys.redeem(late) is None


def test_of_too_many_keys_the_oldest_goes() -> None:
    keys = OneTimeKeys()
    issued = [keys.issue() for _ in range(33)]
    assert keys.redeem(issued[0]) is None
    assert all(keys.redeem(key) == "" for key in issued[1:])


def test_what_is_no_key_at_all_is_none() -> None:
    keys = OneTimeKeys()
    keys.issue()
    assert [keys.redeem(word) for word in ("", "x", "\ud800", "ключ")] == [None] * 4
