"""Progress: only on standard error, only when something takes long, a bar on a terminal and a line in a log."""

from __future__ import annotations

from collections.abc import Iterable

from command_line import OnTerminal

from aspen.cli.progress import log_line
from conftest import Serve
from fakes.scripted_service import Frame, Pause, Step, answers, asked_result, text


def _slow_load(_arguments: Frame) -> Iterable[Step]:
    for done in (1_000_000, 2_000_000, 60_000_000, 70_000_000):
        yield {"event": "progress", "stage": "load", "done": done, "total": 98_000_000, "what": "starter"}
        yield Pause(seconds=0.6)
    yield from [text("Hi"), asked_result("Hi")]


def test_a_terminal_gets_a_bar_once_it_takes_more_than_a_second(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=_slow_load)
    with OnTerminal(environment, "ask", "x") as ask:
        ask.wait_for("Loading starter")
        ask.wait_for("98.0 MB")
        code, screen = ask.finish()
    assert code == 0
    assert screen.endswith("Hi\n")


def test_silence_of_more_than_a_second_is_bridged_and_leaves_no_trace(
    environment: dict[str, str], serve: Serve
) -> None:
    serve(ask=lambda _arguments: [Pause(seconds=1.3), text("Hi"), asked_result("Hi")])
    with OnTerminal(environment, "ask", "x") as ask:
        ask.wait_for("Working…")
        assert ask.finish() == (0, "\r\x1b[KHi\n")


def test_what_is_quick_shows_no_progress(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=answers("Hi"))
    with OnTerminal(environment, "ask", "x") as ask:
        assert ask.finish() == (0, "Hi\n")


def test_a_log_line_says_how_much_how_fast_and_how_long() -> None:
    line = log_line("fetch", "m.gguf", seconds=10, begun_at=0, done=250_000_000, total=1_000_000_000)
    assert line == "Fetching m.gguf: 250 MB of 1.0 GB (25 %), 25 MB/s, 30 s left"
    resumed = log_line("fetch", "m.gguf", seconds=5, begun_at=200_000_000, done=250_000_000, total=1_000_000_000)
    assert resumed == "Fetching m.gguf: 250 MB of 1.0 GB (25 %), 10 MB/s, 1 min left"
    assert log_line("hash", "", seconds=0, begun_at=0, done=0, total=0) == "Checking: 0 bytes so far"
