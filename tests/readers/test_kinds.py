"""Whether a kind of reader is there is found out without loading anything of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

LOOK = """
import json, sys
from aspen.readers.kinds import PEOPLE, READER_KINDS, is_installed
answer = is_installed(PEOPLE)
print(json.dumps([answer, sorted(name for name in READER_KINDS[PEOPLE].needs if name in sys.modules)]))
"""


def test_looking_whether_a_kind_is_installed_loads_nothing_of_it() -> None:
    done = subprocess.run([sys.executable, "-P", "-c", LOOK], capture_output=True, check=True, env=dict(os.environ))
    assert json.loads(done.stdout)[1] == []
