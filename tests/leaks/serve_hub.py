"""A model hub as a program of its own, for tests whose hub lies in another network.

    PYTHONPATH=tests:src python tests/leaks/serve_hub.py

Serves one tiny model. Prints {"endpoint": …, "ports": […]} once it listens, and, when its standard input has ended, one
line with everything that it was asked: [[method, path, headers], …].
"""

from __future__ import annotations

import json
import sys
from urllib.parse import urlsplit

from fakes.gguf_writer import changed, gguf
from fakes.hub_server import HubServer

MODEL = "tiny-Q4_0.gguf"


def main() -> None:
    with HubServer({MODEL: gguf(changed())}) as hub:
        ports = [urlsplit(place).port for place in (hub.endpoint, hub.storage)]
        _say({"endpoint": hub.endpoint, "ports": ports})
        sys.stdin.read()
        _say([[asked.method, asked.path, asked.headers] for asked in (*hub.asked_of_hub, *hub.asked_of_storage)])


def _say(told: object) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
