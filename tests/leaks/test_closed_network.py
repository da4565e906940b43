"""The network is closed, and its recorder sees who tries to leave it: a recorder that sees nothing proves nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest
from canaries import canary, places_with
from outside import PROVIDERS
from recorder import read_packets
from world import World

_TRY = """
import socket, sys
kind, host, port, told = sys.argv[1:]
family = socket.AF_INET6 if ":" in host else socket.AF_INET
try:
    if kind == "udp":
        socket.socket(family, socket.SOCK_DGRAM).sendto(told.encode(), (host, int(port)))
    elif kind == "name":
        socket.getaddrinfo(host, int(port))
    else:
        socket.create_connection((host, int(port)), 5.0).sendall(told.encode())
except OSError as error:
    sys.exit(type(error).__name__)
"""


def attempt(world: World, *told: str) -> int:
    """Try to leave the closed network, and return the exit code."""
    command = world.inside((sys.executable, "-I", "-S", "-c", _TRY, *told))
    return subprocess.run(command, check=False, capture_output=True, timeout=30.0).returncode


@pytest.mark.parametrize(
    ("kind", "host", "port"),
    [
        ("tcp", "8.8.8.8", 443),
        ("tcp", "192.0.2.1", 80),
        ("tcp", "169.254.169.254", 80),
        ("tcp", "2001:4860:4860::8888", 443),
        ("udp", "8.8.8.8", 53),
        ("udp", "127.0.0.1", 5353),
        ("udp", "239.255.255.250", 1900),
    ],
)
def test_a_packet_for_anybody_else_is_seen(world: World, kind: str, host: str, port: int) -> None:
    mark = world.mark()
    attempt(world, kind, host, str(port), "hello")
    strays = world.since(mark).strays()
    assert f"{kind} {host} port {port}" in strays


def test_words_in_a_packet_are_found_in_the_capture(world: World) -> None:
    token, mark = canary(), world.mark()
    attempt(world, "udp", "8.8.8.8", "53", token)
    assert places_with(token, world.since(mark).places()) == {"the wire"}


def test_a_name_that_is_looked_up_is_written_down_whether_it_is_known_or_not(world: World) -> None:
    token, mark = canary(), world.mark()
    assert attempt(world, "name", "api.openai.com", "443", "") == 0
    assert attempt(world, "name", f"{token}.example.org", "443", "") == 1
    seen = world.since(mark)
    assert {"api.openai.com", f"{token}.example.org"} <= set(seen.names)
    assert "names looked up" in places_with(token, seen.places())
    assert seen.strays() == []


def test_a_provider_is_a_known_listener(world: World) -> None:
    mark = world.mark()
    assert attempt(world, "tcp", PROVIDERS["api.openai.com"][0], "443", "") == 0
    seen = world.since(mark)
    assert seen.strays() == []
    assert seen.packets != ()


def test_the_machine_s_own_network_cannot_be_reached_from_inside(world: World) -> None:
    listed = subprocess.run(
        world.inside(("cat", "/proc/net/dev", "/etc/resolv.conf")), check=True, capture_output=True, text=True
    ).stdout
    devices = {line.split(":")[0].strip() for line in listed.splitlines() if ":" in line and "Inter" not in line}
    assert "lo" in devices
    assert [name for name in devices if name.startswith(("eth", "en", "wl", "docker", "veth"))] == []
    assert "nameserver 127.0.0.53" in listed


def test_a_capture_is_a_file_that_others_read_too(world: World) -> None:
    attempt(world, "name", "api.openai.com", "443", "")
    world.mark()
    capture = (world.folder / "capture.pcap").read_bytes()
    assert capture[:4] == bytes.fromhex("d4c3b2a1")
    assert list(read_packets(capture)) != []
