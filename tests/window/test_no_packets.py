"""Nothing of the window reaches the network that it was started in: there every packet to anywhere is counted.

That network ends at this machine, and every address in it is its own, so that a packet to a stranger is one to be seen.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from window_home import WindowHome

_OUTER = (
    *("unshare", "--user", "--net", "--map-current-user", "--keep-caps", "sh", "-c"),
    'ip link set lo up && ip route add local default dev lo && exec "$@"',
    "sh",
)
_STRANGERS = ("http://192.0.2.1/", "https://198.51.100.7/", "http://outside.example/", "http://127.0.0.1:8/")
_PICTURES = "data:text/html,<link rel=dns-prefetch href=//outside.example><img src=http://192.0.2.1/dot.png>"
_SECONDS = 5


def _packets(devices: str) -> int:
    """What was sent through loopback, by /proc/net/dev (proc(5))."""
    (line,) = (line for line in devices.splitlines() if line.strip().startswith("lo:"))
    return int(line.partition(":")[2].split()[9])


def _outer() -> tuple[str, ...]:
    if not shutil.which("ip") or subprocess.run([*_OUTER, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system gives the test no network in which packets can be counted")
    return _OUTER


def test_a_browser_without_the_seal_sends_packets_there(window: WindowHome) -> None:
    chromium = f"timeout {_SECONDS} {window.folder / 'chromium'} --no-sandbox"
    script = f"{chromium} --user-data-dir={window.home.root / 'free'} {_STRANGERS[0]}; cat /proc/net/dev"
    done = subprocess.run(
        [*_outer(), "sh", "-c", script], check=False, capture_output=True, text=True, env=window.home.environment
    )
    assert _packets(done.stdout) > 0, done.stderr


def test_the_window_sends_none_whatever_its_pages_want(window: WindowHome) -> None:
    window.before = _outer()
    window.open()
    assert window.is_in()
    devices = Path(f"/proc/{window.pid('keeper')}/net/dev")
    own = Path("/proc/self/ns/net").stat().st_ino
    assert Path(f"/proc/{window.pid('keeper')}/ns/net").stat().st_ino != own
    for address in _STRANGERS:
        assert window.browser.open_page(address)[1].startswith("net::ERR_")
    window.browser.open_page(_PICTURES)
    assert window.browser.becomes("fetch('/health').then(answer => answer.ok)", bool)
    assert _packets(devices.read_text("ascii")) == 0
