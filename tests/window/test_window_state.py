"""What is read off /proc of a window: who is in its network, and who ended while it was looked at."""

from __future__ import annotations

from pathlib import Path

from aspen.window.state import measure

_DEV = "Inter-|   Receive\n face |bytes\n"


def _process(proc: Path, pid: int, parent: int, *, state: str = "S", interfaces: tuple[str, ...] = ("lo",)) -> None:
    folder = proc / str(pid)
    (folder / "task" / str(pid)).mkdir(parents=True)
    (folder / "ns").mkdir()
    (folder / "net").mkdir()
    status = f"Name:\tchromium\nState:\t{state} (x)\nPPid:\t{parent}\nNoNewPrivs:\t1\nCapEff:\t0\n"
    for place in (folder, folder / "task" / str(pid)):
        (place / "status").write_text(status, "utf-8")
    (folder / "comm").write_text("chromium\n", "utf-8")
    (folder / "ns" / "net").write_text("", "utf-8")
    if state != "Z":
        lines = "".join(f"    {name}: 0\n" for name in interfaces)
        (folder / "net" / "dev").write_text(_DEV + lines, "ascii")


def _gaps(proc: Path) -> tuple[tuple[int, ...], tuple[str, ...]]:
    _process(proc, 9, 1)
    (proc / "self").symlink_to("9")
    told: dict[str, object] = {"inside_pid": 2, "forwarder_pid": 77, "browser": "chromium", "hidden": []}
    state = measure(told, proc)
    gaps = tuple(gap for gap in state.gaps if "forwarder" not in gap)
    return tuple(member.pid for member in state.members), gaps


def test_one_that_ended_while_it_was_looked_at_is_no_gap(tmp_path: Path) -> None:
    _process(tmp_path, 2, 1)
    _process(tmp_path, 3, 2, state="Z")
    assert _gaps(tmp_path) == ((2,), ())


def test_one_that_lives_and_whose_network_cannot_be_seen_is_a_gap(tmp_path: Path) -> None:
    _process(tmp_path, 2, 1)
    _process(tmp_path, 3, 2, interfaces=())
    members, gaps = _gaps(tmp_path)
    assert members == (2, 3)
    assert gaps == ("chromium (process 3) sees a network that is unknown",)


def test_one_that_sees_more_than_loopback_is_a_gap(tmp_path: Path) -> None:
    _process(tmp_path, 2, 1, interfaces=("lo", "eth0"))
    assert _gaps(tmp_path)[1] == ("chromium (process 2) sees lo, eth0",)
