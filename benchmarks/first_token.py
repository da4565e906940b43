"""(b) Seconds from the start of `aspen ask` to the first byte of its answer, cold and warm.

    python -m benchmarks.first_token --model FILE.gguf [--rounds 7]

Cold: no service runs, the model is in the page cache. Warm: the engine is loaded; what is reported is the time over the
engine's own, which is the time that llama-server says it took to read the prompt.
"""

from __future__ import annotations

import statistics
from typing import cast

from benchmarks.home import Home, fresh_home
from benchmarks.measuring import parse_options, report

_COLD_SECONDS = 2.5
_WARM_OVER_ENGINE_SECONDS = 0.15


def main() -> None:
    options = parse_options(__doc__ or "", rounds=7)
    with fresh_home(options.model) as home:
        home.json("ask", "--max-tokens", "1", "Hello")
        _cold(home, options.rounds)
        _warm(home, options.rounds)


def _cold(home: Home, rounds: int) -> None:
    seconds: list[float] = []
    for _ in range(rounds):
        home.json("stop")
        seconds.append(home.seconds_to_first_byte("ask", "--max-tokens", "8", "Why is the sky blue?"))
    median = statistics.median(seconds)
    report(
        "(b) cold `aspen ask`, start to first token",
        f"{median:.2f} s",
        f"<= {_COLD_SECONDS} s",
        met=median <= _COLD_SECONDS,
    )


def _warm(home: Home, rounds: int) -> None:
    over: list[float] = []
    for number in range(rounds * 2):
        # A prompt that was not seen before, so that both runs read it whole.
        seconds = home.seconds_to_first_byte("ask", "--max-tokens", "8", f"{number} times why is the sky blue?")
        told = home.json("ask", "--max-tokens", "8", f"{number} times why is the sea blue?")
        engine_ms = cast("dict[str, float]", told["timings"])["prompt_ms"]
        over.append(seconds - engine_ms / 1000)
    median = statistics.median(over)
    report(
        "(b) warm `aspen ask`, first token over the engine's own",
        f"{median * 1000:.0f} ms",
        f"<= {_WARM_OVER_ENGINE_SECONDS * 1000:.0f} ms",
        met=median <= _WARM_OVER_ENGINE_SECONDS,
    )


if __name__ == "__main__":
    main()
