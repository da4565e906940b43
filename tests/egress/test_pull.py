"""Pulls, each by a real fetcher process from a real server."""

from __future__ import annotations

import hashlib
import json
import signal
import socket
import stat
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import try_to_load_from_cache

from aspen.core.errors import DoesNotFit
from aspen.egress.events import Done, FilesFound, RepoFile, Step, read_event
from aspen.egress.hub import RemoteFile
from aspen.egress.pull import check_size
from aspen.egress.tasks import ListFiles, PullFiles
from fakes.fetcher_process import Ended, run_fetcher, said_by, started_fetcher, wait_for_bytes
from fakes.hub_server import COMMIT, SIGNATURE, Behaviour, HubServer

MODEL = "tiny-Q4_0.gguf"
CONTENT = hashlib.shake_256(b"tiny").digest(2_000_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
HALF = len(CONTENT) // 2


@pytest.fixture
def hub() -> Generator[HubServer]:
    files = {MODEL: CONTENT, "parts/big-00001-of-00002.gguf": b"one", "README.md": b"words"}
    with HubServer(files) as server:
        yield server


@pytest.fixture
def pull_of(hub: HubServer, tmp_path: Path) -> Callable[..., PullFiles]:
    def make(*names: str, endpoint: str | None = None) -> PullFiles:
        return PullFiles(
            org="acme",
            repo="tiny",
            revision="main",
            files=names or (MODEL,),
            cache=tmp_path / "hub",
            spool=tmp_path / "state" / "fetched.jsonl",
            endpoint=endpoint or hub.endpoint,
        )

    return make


def spooled(task: PullFiles) -> list[dict[str, object]]:
    return [json.loads(line) for line in task.spool.read_text().splitlines()]


def blobs(task: PullFiles) -> list[str]:
    return sorted(path.name for path in (task.cache / "models--acme--tiny" / "blobs").iterdir())


def assert_complete(ended: Ended, task: PullFiles) -> None:
    assert ended.status == 0, ended
    pointer = task.cache / "models--acme--tiny" / "snapshots" / COMMIT / MODEL
    assert ended.last == Done(paths=(pointer,), sha256=(SHA256,))
    assert pointer.read_bytes() == CONTENT
    assert blobs(task) == [SHA256]


def test_a_repository_is_listed_with_size_and_checksum_of_its_gguf_files_alone(hub: HubServer, tmp_path: Path) -> None:
    task = ListFiles(org="acme", repo="tiny", revision="main", cache=tmp_path / "hub", endpoint=hub.endpoint)
    ended = run_fetcher(task, tmp_path)
    part = "parts/big-00001-of-00002.gguf"
    assert ended.last == FilesFound(
        commit=COMMIT,
        files=(
            RepoFile(name=MODEL, size_bytes=len(CONTENT), sha256=SHA256),
            RepoFile(name=part, size_bytes=3, sha256=hub.etag(part)),
        ),
    )
    assert hub.asked_of_storage == []


def test_a_pulled_file_lies_in_the_layout_that_huggingface_hub_itself_finds(
    pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    ended = run_fetcher(task, tmp_path)
    assert_complete(ended, task)
    found = try_to_load_from_cache("acme/tiny", MODEL, cache_dir=str(task.cache), revision="main")
    assert isinstance(ended.last, Done)
    assert found == str(ended.last.paths[0])


def test_every_fetch_is_recorded_before_and_after_without_query_or_token(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    run_fetcher(task, tmp_path, {"HF_TOKEN": "hf_private"})
    before, after = spooled(task)
    assert (before["outcome"], after["outcome"]) == ("started", "fetched")
    assert before["id"] == after["id"]
    assert after["source"] == f"{hub.endpoint}/acme/tiny/resolve/{COMMIT}/{MODEL}"
    assert (after["size_bytes"], after["sha256"]) == (len(CONTENT), SHA256)
    written = task.spool.read_text()
    assert "hf_private" not in written
    assert SIGNATURE not in written
    assert stat.S_IMODE(task.spool.stat().st_mode) == 0o600


def test_a_killed_download_goes_on_where_it_stopped(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    hub.behaviour = Behaviour(stall_after_bytes=HALF, piece_pause_seconds=0.02)
    with started_fetcher(task, tmp_path) as child:
        here = wait_for_bytes(child, least=1)
        child.send_signal(signal.SIGKILL)
        child.wait()
    kept = (task.cache / "models--acme--tiny" / "blobs" / f"{SHA256}.incomplete").stat().st_size
    assert here <= kept < len(CONTENT)
    hub.behaviour = Behaviour()
    ended = run_fetcher(task, tmp_path)
    assert hub.ranges() == [None, f"bytes={kept}-"]
    assert_complete(ended, task)
    downloads = [event.done for event in ended.progress if event.step == Step.DOWNLOAD]
    assert downloads[0] == kept
    assert downloads == sorted(downloads)
    assert [line["outcome"] for line in spooled(task)] == ["started", "started", "fetched"]


def test_a_stopped_download_says_so_and_keeps_what_came(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    hub.behaviour = Behaviour(stall_after_bytes=HALF, piece_pause_seconds=0.02)
    with started_fetcher(task, tmp_path) as child:
        wait_for_bytes(child, least=1)
        child.terminate()
        *_, last = said_by(child)
        assert child.wait() == 1
    assert "interrupted" in last
    assert [line["outcome"] for line in spooled(task)] == ["started", "failed"]
    assert blobs(task) == [f"{SHA256}.incomplete"]


def test_a_broken_connection_is_taken_up_again_in_the_same_run(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    hub.behaviour = Behaviour(break_after_bytes=256 * 1024, breaks_left=2)
    assert_complete(run_fetcher(task, tmp_path), task)
    first, second, third = hub.ranges()
    assert first is None
    assert second is not None
    assert third is not None
    assert int(third.removeprefix("bytes=").removesuffix("-")) > int(second.removeprefix("bytes=").removesuffix("-"))


def test_a_server_that_ignores_the_range_makes_the_download_begin_anew(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    hub.behaviour = Behaviour(break_after_bytes=256 * 1024, breaks_left=1, ignores_range=True)
    assert_complete(run_fetcher(task, tmp_path), task)


def test_wrong_bytes_of_the_right_size_are_deleted_and_never_shown(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    hub.behaviour = Behaviour(serves_wrong_bytes=True)
    ended = run_fetcher(task, tmp_path)
    assert (ended.status, ended.failure.code) == (1, "checksum_mismatch")
    assert ended.failure.facts["expected"] == SHA256
    assert blobs(task) == []
    assert not (task.cache / "models--acme--tiny" / "snapshots").exists()
    assert [line["reason"] for line in spooled(task)] == ["", "checksum_mismatch"]
    hub.behaviour = Behaviour()
    assert_complete(run_fetcher(task, tmp_path), task)


def test_more_bytes_than_promised_are_refused(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    hub.behaviour = Behaviour(claimed_size_bytes=HALF)
    task = pull_of()
    assert run_fetcher(task, tmp_path).failure.code == "checksum_mismatch"
    assert blobs(task) == []


def test_a_file_outside_lfs_is_checked_by_its_git_object_id(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    hub.behaviour = Behaviour(in_git=True)
    task = pull_of()
    ended = run_fetcher(task, tmp_path)
    assert isinstance(ended.last, Done)
    assert ended.last.sha256 == (SHA256,)
    assert blobs(task) == [hub.etag(MODEL)]
    hub.files = {**hub.files, MODEL: CONTENT[::-1]}
    hub.behaviour = replace(hub.behaviour, serves_wrong_bytes=True)
    assert run_fetcher(task, tmp_path).failure.code == "checksum_mismatch"


def test_a_file_that_is_here_is_checked_and_not_fetched_again(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    run_fetcher(task, tmp_path)
    again = run_fetcher(task, tmp_path)
    assert_complete(again, task)
    assert {event.step for event in again.progress} == {Step.VERIFY}
    assert len(hub.asked_of_storage) == 1


def test_a_rotten_file_in_the_cache_is_replaced(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    run_fetcher(task, tmp_path)
    blob = task.cache / "models--acme--tiny" / "blobs" / SHA256
    blob.write_bytes(bytes(len(CONTENT)))
    assert_complete(run_fetcher(task, tmp_path), task)
    assert len(hub.asked_of_storage) == 2


def test_a_file_larger_than_the_disk_is_refused_with_numbers_before_the_first_byte(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    hub.behaviour = Behaviour(claimed_size_bytes=10**17)
    failure = run_fetcher(task, tmp_path).failure
    assert failure.code == "disk_full"
    assert failure.facts["needed_bytes"] == 10**17 + 64 * 1024**2
    assert hub.asked_of_storage == []
    assert [line["outcome"] for line in spooled(task)] == ["refused"]


def test_a_disk_that_fills_up_on_the_way_is_told_with_numbers_and_keeps_what_came(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    failure = run_fetcher(task, tmp_path, largest_file_bytes=HALF).failure
    assert (failure.code, failure.facts["needed_bytes"]) == ("disk_full", len(CONTENT) - HALF)
    assert blobs(task) == [f"{SHA256}.incomplete"]
    assert_complete(run_fetcher(task, tmp_path), task)
    assert hub.ranges() == [None, f"bytes={HALF}-"]


def test_a_file_that_plain_http_cannot_carry_is_refused_with_the_way_round() -> None:
    remote = RemoteFile(name=MODEL, url="https://hub.invalid/f", commit=COMMIT, etag=SHA256, size_bytes=60_000_000_000)
    with pytest.raises(DoesNotFit) as refused:
        check_size(remote)
    assert "hf download" in refused.value.hint
    check_size(replace(remote, size_bytes=50_000_000_000))


def test_an_unwritable_record_means_that_nothing_is_fetched(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    task = pull_of()
    task.spool.mkdir(parents=True)
    assert run_fetcher(task, tmp_path).failure.code == "not_writable"
    assert hub.asked_of_hub == []


def test_no_answer_at_all_is_unreachable_within_seconds(pull_of: Callable[..., PullFiles], tmp_path: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        failure = run_fetcher(pull_of(endpoint=f"http://127.0.0.1:{closed.getsockname()[1]}"), tmp_path).failure
    assert (failure.code, failure.retryable) == ("unreachable", True)


def test_a_name_without_an_address_is_unreachable(pull_of: Callable[..., PullFiles], tmp_path: Path) -> None:
    failure = run_fetcher(pull_of(endpoint="https://hub.invalid"), tmp_path).failure
    assert failure.code == "unreachable"
    assert failure.facts == {"host": "hub.invalid"}


def test_a_dead_proxy_is_used_and_not_gone_around(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        proxy = f"http://127.0.0.1:{closed.getsockname()[1]}"
        failure = run_fetcher(pull_of(), tmp_path, {"HTTP_PROXY": proxy, "http_proxy": proxy}).failure
    assert failure.code == "unreachable"
    assert hub.asked_of_hub == []


def test_the_users_own_offline_switch_is_obeyed(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    assert run_fetcher(pull_of(), tmp_path, {"HF_HUB_OFFLINE": "1"}).failure.code == "unreachable"
    assert hub.asked_of_hub == []


@pytest.mark.parametrize(
    ("status", "error_code", "expected"),
    [
        (401, "", "failed"),
        (403, "GatedRepo", "failed"),
        (401, "RepoNotFound", "not_found"),
        (404, "RepoNotFound", "not_found"),
        (404, "RevisionNotFound", "not_found"),
        (404, "EntryNotFound", "not_found"),
        (404, "", "not_found"),
        (400, "", "failed"),
    ],
)
def test_a_refusal_is_told_by_its_status(
    hub: HubServer,
    pull_of: Callable[..., PullFiles],
    tmp_path: Path,
    status: int,
    error_code: str,
    expected: str,
) -> None:
    hub.behaviour = Behaviour(always_status=status, error_code=error_code)
    failure = run_fetcher(pull_of(), tmp_path).failure
    assert (failure.code, failure.facts["status"]) == (expected, status)
    assert len(hub.asked_of_hub) == 1, "a refusal is not asked again"


def test_a_gated_model_names_the_page_where_consent_is_given(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    hub.behaviour = Behaviour(always_status=403, error_code="GatedRepo")
    failure = run_fetcher(pull_of(), tmp_path).failure
    assert failure.sentence == "acme/tiny needs an account's consent."
    assert f"{hub.endpoint}/acme/tiny" in failure.hint
    assert "HF_TOKEN" in failure.hint


def test_a_busy_hub_is_asked_again(hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path) -> None:
    hub.behaviour = Behaviour(statuses=(503, 429), retry_after_seconds=0)
    task = pull_of()
    assert_complete(run_fetcher(task, tmp_path), task)


def test_a_hub_that_stays_broken_is_given_up(hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path) -> None:
    hub.behaviour = Behaviour(always_status=500, retry_after_seconds=0)
    failure = run_fetcher(pull_of(), tmp_path).failure
    assert (failure.code, failure.retryable) == ("unreachable", True)
    assert len(hub.asked_of_hub) == 4


def test_a_hub_that_asks_for_a_long_wait_is_not_waited_for(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    hub.behaviour = Behaviour(always_status=429, retry_after_seconds=300)
    failure = run_fetcher(pull_of(), tmp_path).failure
    assert (failure.code, failure.facts["retry_after_seconds"]) == ("unreachable", 300.0)
    assert len(hub.asked_of_hub) == 1


def test_a_refusing_storage_is_not_taken_for_missing_consent(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    hub.behaviour = Behaviour(storage_status=403)
    assert run_fetcher(pull_of(), tmp_path).failure.code == "unreachable"


def test_the_token_goes_to_the_hub_and_never_to_its_storage(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    run_fetcher(pull_of(), tmp_path, {"HF_TOKEN": "hf_private"})
    assert {asked.headers.get("Authorization", asked.headers.get("authorization")) for asked in hub.asked_of_hub} == {
        "Bearer hf_private"
    }
    assert all("hf_private" not in str(asked) for asked in hub.asked_of_storage)
    assert len(hub.asked_of_storage) == 1


def test_a_token_that_another_program_has_stored_is_not_used(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    stored = tmp_path / ".cache" / "huggingface" / "token"
    stored.parent.mkdir(parents=True)
    stored.write_text("hf_stored")
    run_fetcher(pull_of(), tmp_path)
    assert all("hf_stored" not in str(asked) for asked in hub.asked_of_hub)


def test_nothing_but_the_repository_is_asked_for(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    run_fetcher(pull_of(), tmp_path)
    assert {asked.path for asked in hub.asked_of_hub} == {
        f"/acme/tiny/resolve/{revision}/{MODEL}" for revision in ("main", COMMIT)
    }


def test_a_redirect_to_an_address_without_encryption_is_refused(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    hub.behaviour = Behaviour(redirect_to="http://storage.invalid")
    failure = run_fetcher(pull_of(), tmp_path).failure
    assert (failure.code, failure.facts) == ("failed", {"host": "storage.invalid"})


def test_a_commit_that_would_leave_the_cache_is_refused(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    hub.behaviour = Behaviour(claimed_commit="../../../escape")
    assert run_fetcher(pull_of(), tmp_path).failure.code == "failed"
    assert not list(tmp_path.rglob("escape"))


def test_progress_comes_at_most_ten_times_a_second_and_ends_with_the_whole(
    pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    downloads = [event.done for event in run_fetcher(pull_of(), tmp_path).progress]
    assert downloads[0] == 0
    assert downloads[-1] == len(CONTENT)
    assert len(downloads) < 10


def test_a_launcher_that_goes_away_ends_the_download(
    hub: HubServer, pull_of: Callable[..., PullFiles], tmp_path: Path
) -> None:
    hub.behaviour = Behaviour(break_after_bytes=64 * 1024, breaks_left=1_000)
    with started_fetcher(pull_of(), tmp_path) as child:
        read_event(said_by(child).readline())
        said_by(child).close()
        assert child.wait(timeout=20) == 1
    assert 0 < len(hub.asked_of_storage) < 30
