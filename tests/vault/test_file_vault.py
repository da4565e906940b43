"""Secrets in a file: only for its owner, wholly written or not at all."""

from __future__ import annotations

import os
import stat
import traceback
from pathlib import Path

import pytest

from aspen.core.errors import AspenError, NoKey, NotWritable
from aspen.vault.file_vault import FileVault
from aspen.vault.private_file import make_private_folder

SECRET = b"\x00sk-canary-7f3a\xff"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gate" / "secrets.json"


def test_a_secret_comes_back_byte_by_byte_until_it_is_deleted(file: Path) -> None:
    vault = FileVault(file)
    assert vault.read("ledger") is None
    vault.delete("ledger")
    vault.write("ledger", SECRET)
    vault.write("provider.openai", b"other")
    assert (FileVault(file).read("ledger"), FileVault(file).read("provider.openai")) == (SECRET, b"other")
    vault.delete("ledger")
    assert (FileVault(file).read("ledger"), FileVault(file).read("provider.openai")) == (None, b"other")


def test_file_and_folder_are_the_owners_alone_whatever_the_umask(file: Path) -> None:
    before = os.umask(0)
    try:
        FileVault(file).write("ledger", SECRET)
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660])
def test_a_file_that_others_may_open_is_refused_with_the_command_that_helps(file: Path, mode: int) -> None:
    FileVault(file).write("ledger", SECRET)
    file.chmod(mode)
    with pytest.raises(NoKey, match="others on this computer") as caught:
        FileVault(file).read("ledger")
    assert caught.value.hint == f"Run: chmod 600 {file}"


def test_a_folder_that_others_may_enter_is_refused_for_reading_and_writing(file: Path) -> None:
    FileVault(file).write("ledger", SECRET)
    file.parent.chmod(0o755)
    with pytest.raises(NoKey, match="others on this computer"):
        FileVault(file).read("ledger")
    with pytest.raises(NoKey, match="others on this computer"):
        FileVault(file).write("ledger", b"new")


def test_a_link_is_refused(file: Path, tmp_path: Path) -> None:
    elsewhere = FileVault(tmp_path / "elsewhere" / "secrets.json")
    elsewhere.write("ledger", SECRET)
    file.parent.mkdir(mode=0o700)
    file.symlink_to(tmp_path / "elsewhere" / "secrets.json")
    with pytest.raises(NoKey, match="cannot be read"):
        FileVault(file).read("ledger")


def test_a_folder_that_is_a_link_is_refused(file: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    file.parent.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NoKey, match="not a link"):
        FileVault(file).write("ledger", SECRET)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_somebody_else_is_refused(file: Path) -> None:
    FileVault(file).write("ledger", SECRET)
    os.chown(file, 65534, 65534)
    with pytest.raises(NoKey, match="another user"):
        FileVault(file).read("ledger")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"ledger": "sk-canary not base64"}', b"[" * 100_000])
def test_a_damaged_file_is_an_error_that_quotes_nothing_of_it(file: Path, content: bytes) -> None:
    FileVault(file).write("ledger", SECRET)
    file.write_bytes(content)
    with pytest.raises(NoKey, match="is damaged") as caught:
        FileVault(file).read("ledger")
    assert "canary" not in "".join(traceback.format_exception(caught.value))


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "gate").write_text("a file")
    with pytest.raises(NotWritable, match="no key can be kept there"):
        make_private_folder(tmp_path / "gate" / "inner")


def test_the_old_secrets_survive_a_write_that_fails(file: Path) -> None:
    vault = FileVault(file)
    vault.write("ledger", SECRET)
    file.unlink()
    file.mkdir()
    with pytest.raises(AspenError):
        vault.write("ledger", b"new")
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_place_can_be_said_and_shortens_the_home() -> None:
    vault = FileVault(Path.home() / ".local" / "state" / "aspen" / "gate" / "secrets.json")
    assert vault.place == "a file only you can read (~/.local/state/aspen/gate/secrets.json)"
    assert FileVault(Path("/srv/x")).place == "a file only you can read (/srv/x)"


def test_a_vault_shows_nothing_of_its_secrets(file: Path) -> None:
    vault = FileVault(file)
    vault.write("ledger", b"sk-canary-7f3a")
    assert "canary" not in f"{vault!r} {vault!s}"
