"""The reader of documents behind its walls, one question a line over pipes. Run as a program: PARENT_PID."""

from __future__ import annotations

import json
import sys

from aspen.jail.reader_jail import confine, finish, probe, refuse_network


def main() -> None:
    parent_pid = int(sys.argv[1])
    first_error = refuse_network(parent_pid)
    from aspen.documents.parsing.document_reader import load

    answer = load()
    confine(first_error)
    finish()
    print(json.dumps([each.name for each in probe(parent_pid) if not each.blocked]), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
