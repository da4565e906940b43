"""Facts of a computer that `aspen prove` must not keep quiet about."""

from __future__ import annotations

from pathlib import Path

from aspen.cli.proving.blind_spots import Surroundings, blind_spots


def _said(root: Path, **files: str) -> str:
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    walls = {"landlock_abi": 6}
    return "\n".join(
        blind_spots(Surroundings(told={"core": {"sockets": {"unix": 1}}}, walls=walls, ledger={}, root=root))
    )


HEADER = "Filename\tType\tSize\tUsed\tPriority\n"


def test_swap_in_the_clear_is_said(tmp_path: Path) -> None:
    assert "written to /dev/sda2" in _said(tmp_path, proc__swaps=HEADER + "/dev/sda2 partition 100 0 -2\n")


def test_encrypted_swap_and_swap_in_memory_are_none(tmp_path: Path) -> None:
    (tmp_path / "sys/block/dm-1/dm").mkdir(parents=True)
    (tmp_path / "sys/block/dm-1/dm/uuid").write_text("CRYPT-PLAIN-swap\n", "ascii")
    swaps = HEADER + "/dev/zram0 partition 100 0 100\n/dev/dm-1 partition 100 0 -2\n"
    assert "may be written to" not in _said(tmp_path, proc__swaps=swaps)


def test_whether_programs_may_trace_one_another_is_said(tmp_path: Path) -> None:
    place = "proc__sys__kernel__yama__ptrace_scope"
    assert "trace one another" in _said(tmp_path, **{place: "0\n"})
    assert "trace one another" not in _said(tmp_path, **{place: "1\n"})


def test_what_no_program_can_see_is_always_said(tmp_path: Path) -> None:
    said = _said(tmp_path)
    for words in ("runs as you", "kernel", "What a provider does", "screen", "lies about labels", "Moments"):
        assert words in said
