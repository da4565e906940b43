"""One command to Aspen's service as a program of its own: [--alone|--running] VERB [ARGUMENTS AS JSON].

Prints one JSON line for each frame, beginning with who answers; an error is the last frame, with exit status 1.
"""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, nullcontext

from aspen.channel.client import Session
from aspen.channel.summon import open_alone, open_or_start, open_running
from aspen.core.errors import AspenError, NotFound, error_to_json
from aspen.settings import read_folders


def main(words: list[str]) -> int:
    ways = {"--alone": _alone, "--running": _running}
    way = ways[words.pop(0)] if words[0] in ways else _started
    verb, arguments = words[0], "".join(words[1:]) or "{}"
    try:
        with way() as session:
            _say({"hello": {"version": session.hello.version, "pid": session.hello.pid}, "at": str(session.folder)})
            for frame in session.stream(verb, json.loads(arguments)):
                _say(frame)
    except AspenError as error:
        _say({"error": error_to_json(error)})
        return 1
    return 0


def _alone() -> AbstractContextManager[Session]:
    return open_alone(read_folders())


def _started() -> AbstractContextManager[Session]:
    return open_or_start(read_folders())


def _running() -> AbstractContextManager[Session]:
    session = open_running(read_folders())
    if session is None:
        raise NotFound("No service runs.")
    return nullcontext(session)


def _say(frame: dict[str, object]) -> None:
    print(json.dumps(frame), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
