"""Which vault a folder has: decided once, never changed behind a person's back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from keyring.backend import KeyringBackend

from aspen.core.errors import NoKey
from aspen.vault.file_vault import FileVault
from aspen.vault.keyring_vault import KeyringVault
from aspen.vault.opening import Kind, kind_in_use, open_vault
from fakes.keyrings import FailingKeyring, ForgetfulKeyring, LockedKeyring, MemoryKeyring


def nothing(_: Mapping[str, str]) -> KeyringBackend | None:
    return None


def test_the_keyring_comes_first_even_where_a_file_is_allowed(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    vault = open_vault(tmp_path / "gate", file_is_allowed=True, environment={}, find=lambda _: keyring)
    assert isinstance(vault, KeyringVault)
    vault.write("ledger", b"secret")
    assert open_vault(tmp_path / "gate", file_is_allowed=False, find=lambda _: keyring).read("ledger") == b"secret"


def test_without_keyring_and_consent_there_is_no_vault_and_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(NoKey, match="no system keyring") as caught:
        open_vault(tmp_path / "gate", file_is_allowed=False, environment={}, find=nothing)
    assert "Agree to a file" in caught.value.hint
    assert not (tmp_path / "gate").exists()


def test_with_consent_a_file_is_taken_and_stays_when_a_keyring_turns_up(tmp_path: Path) -> None:
    open_vault(tmp_path / "gate", file_is_allowed=True, environment={}, find=nothing).write("ledger", b"secret")
    later = open_vault(tmp_path / "gate", file_is_allowed=False, environment={}, find=lambda _: MemoryKeyring())
    assert isinstance(later, FileVault)
    assert later.read("ledger") == b"secret"


def test_a_keyring_that_is_out_of_reach_is_never_replaced_by_an_empty_file(tmp_path: Path) -> None:
    open_vault(tmp_path / "gate", file_is_allowed=True, environment={}, find=lambda _: MemoryKeyring())
    with pytest.raises(NoKey, match="does not answer in this session"):
        open_vault(tmp_path / "gate", file_is_allowed=True, environment={}, find=nothing)


@pytest.mark.parametrize("keyring", [LockedKeyring(), FailingKeyring(), ForgetfulKeyring()])
def test_a_keyring_that_answers_and_keeps_nothing_is_no_keyring(tmp_path: Path, keyring: MemoryKeyring) -> None:
    with pytest.raises(NoKey, match="no system keyring"):
        open_vault(tmp_path / "gate", file_is_allowed=False, find=lambda _: keyring)
    assert isinstance(open_vault(tmp_path / "gate", file_is_allowed=True, find=lambda _: keyring), FileVault)


def test_a_keyring_that_was_used_and_is_locked_now_is_said_and_not_replaced(tmp_path: Path) -> None:
    open_vault(tmp_path / "gate", file_is_allowed=True, find=lambda _: MemoryKeyring())
    locked = open_vault(tmp_path / "gate", file_is_allowed=True, find=lambda _: LockedKeyring())
    with pytest.raises(NoKey, match="is locked"):
        locked.read("ledger")


def test_two_folders_in_one_keyring_keep_their_own_secrets(tmp_path: Path) -> None:
    keyring = MemoryKeyring()
    for name in ("one", "two"):
        open_vault(tmp_path / name, file_is_allowed=False, find=lambda _: keyring).write("ledger", name.encode())
    assert open_vault(tmp_path / "one", file_is_allowed=False, find=lambda _: keyring).read("ledger") == b"one"


def test_the_kind_in_use_is_known_without_asking_a_keyring(tmp_path: Path) -> None:
    assert kind_in_use(tmp_path / "gate") is None
    open_vault(tmp_path / "gate", file_is_allowed=True, environment={}, find=nothing)
    assert kind_in_use(tmp_path / "gate") is Kind.FILE


@pytest.mark.parametrize("content", ["", "[]", '{"kind": "drawer", "id": "x"}', '{"kind": "file"}'])
def test_a_damaged_mark_is_an_error_and_no_new_beginning(tmp_path: Path, content: str) -> None:
    open_vault(tmp_path / "gate", file_is_allowed=True, environment={}, find=nothing)
    (tmp_path / "gate" / "vault.json").write_text(content)
    with pytest.raises(NoKey, match="is damaged"):
        open_vault(tmp_path / "gate", file_is_allowed=True, environment={}, find=nothing)
