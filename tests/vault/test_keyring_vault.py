"""Secrets in a keyring: kept, kept apart, and never part of an error."""

from __future__ import annotations

import traceback

import pytest

from aspen.core.errors import NoKey
from aspen.vault.keyring_vault import KeyringVault
from fakes.keyrings import FailingKeyring, ForgetfulKeyring, LockedKeyring, MemoryKeyring, SleepingKeyring

SECRET = b"\x00sk-canary-7f3a\xff"


def test_a_secret_comes_back_byte_by_byte_until_it_is_deleted() -> None:
    vault = KeyringVault(MemoryKeyring(), "one")
    assert vault.read("provider.anthropic") is None
    vault.write("provider.anthropic", SECRET)
    assert vault.read("provider.anthropic") == SECRET
    vault.delete("provider.anthropic")
    vault.delete("provider.anthropic")
    assert vault.read("provider.anthropic") is None


def test_two_folders_of_one_person_do_not_see_each_others_secrets() -> None:
    keyring = MemoryKeyring()
    KeyringVault(keyring, "one").write("ledger", SECRET)
    assert KeyringVault(keyring, "two").read("ledger") is None


def test_the_place_can_be_said() -> None:
    assert f"kept in {KeyringVault(MemoryKeyring(), 'one').place}" == "kept in the system keyring"


def test_a_locked_keyring_is_called_locked() -> None:
    with pytest.raises(NoKey, match="is locked"):
        KeyringVault(LockedKeyring(), "one").read("ledger")


def test_an_error_of_the_keyring_never_carries_the_secret() -> None:
    secret = b"sk-canary-7f3a"
    with pytest.raises(NoKey) as caught:
        KeyringVault(FailingKeyring(), "one").write("ledger", secret)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.facts)
    assert "could not do what was asked" in told
    assert "canary" not in told
    assert "c2stY2FuYXJ5" not in told  # its base64


def test_a_keyring_that_loses_what_it_takes_is_noticed_at_once() -> None:
    with pytest.raises(NoKey, match="did not keep it"):
        KeyringVault(ForgetfulKeyring(), "one").write("ledger", SECRET)


def test_an_entry_that_somebody_else_wrote_is_an_error_and_not_a_key() -> None:
    keyring = MemoryKeyring()
    keyring.kept["Aspen", "ledger@one"] = "not base64!"
    with pytest.raises(NoKey, match="not one that Aspen wrote") as caught:
        KeyringVault(keyring, "one").read("ledger")
    assert "not base64!" not in str(caught.value)


def test_a_keyring_that_never_answers_is_given_up() -> None:
    keyring = SleepingKeyring()
    try:
        with pytest.raises(NoKey, match=r"did not answer within 0\.1 seconds"):
            KeyringVault(keyring, "one", timeout_seconds=0.1).read("ledger")
    finally:
        keyring.woken.set()


@pytest.mark.parametrize("name", ["", "../x", "A", "a b", "x" * 101])
def test_a_name_that_not_every_vault_can_take_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="cannot name a secret"):
        KeyringVault(MemoryKeyring(), "one").read(name)
