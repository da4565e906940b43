"""The 48 ways in which words have leaked out of software like this: each is a test here, or waits for its feature.

A test's name carries the number of its case: `test_case_07_…`.
"""

from __future__ import annotations

import re
from pathlib import Path

TITLES = {
    1: "A private document in a question to a cloud model",
    2: "A summary of a private document, used again in a free chat",
    3: "Titles",
    4: "Tags, follow-up questions, completion while typing",
    5: "Rewriting, hypothetical answers and ranking for a search",
    6: "Embeddings",
    7: "Switching from a local to a cloud model in mid-chat",
    8: "Editing, regenerating and branching",
    9: "Local failure, lack of memory, time-out",
    10: "Second tries and hedging",
    11: "A router that asks the cloud",
    12: "The output of tools",
    13: "A nested call with another model",
    14: "A tool server with a network",
    15: "Private words in a tool's arguments",
    16: "Private words in a web search",
    17: "A document that asks to be sent",
    18: "A picture in an answer",
    19: "Other references to the network in HTML, mathematics and drawings",
    20: "Prefetching of links and names",
    21: "Previews of links",
    22: "A link that is clicked",
    23: "The browser's title, history, spelling and translation",
    24: "Tool calls and citations in an answer",
    25: "Crash reports and tracebacks",
    26: "Logs",
    27: "Telemetry of dependencies",
    28: "Checks for updates and downloads of models",
    29: "Addresses in model files, templates and adapters",
    30: "Downloads on first use by detectors and parsers",
    31: "Names that are looked up",
    32: "Proxies, .netrc and other settings of the shell",
    33: "Redirects",
    34: "State that providers keep",
    35: "Names of files, folders and persons, times and places",
    36: "Pictures and pages",
    37: "Sound and what was said in it",
    38: "What is exported and comes back",
    39: "Backups and synchronised folders",
    40: "The clipboard",
    41: "Temporary files, swap, dumps and caches",
    42: "The system's index, notifications and thumbnails",
    43: "Listeners on this machine",
    44: "The gate's sockets and keys",
    45: "What an engine inherits and could call",
    46: "Caches and memory across labels",
    47: "Counting, examples, tuning and feedback",
    48: "Races, replays and disguises",
}

WAITING = {
    13: "agents: a model that asks another",
    14: "tools that Aspen runs: MCP servers",
    15: "tools that Aspen runs: MCP servers",
    16: "search on the web",
    19: "answers drawn in the app",
    20: "answers drawn in the app",
    21: "answers drawn in the app",
    22: "answers drawn in the app",
    23: "the app in a browser or a window",
    37: "sound as an input",
    40: "the app: copying from it",
    42: "the app: notifications and recent files",
    46: "a memory or a cache that several chats share",
}
"""Cases that nothing here could leak by yet, with the feature that will make them a test."""

PARTLY_WAITING = {
    1: "a search in documents; until then a file is attached by hand",
    18: "the app; the terminal prints text",
    36: "pages of PDF files",
    39: "a warning for folders that other software synchronises",
    43: "the HTTP server and the app; until then there are Unix sockets alone",
    47: "examples, evaluation and tuning",
}
"""What of a case that has tests here still waits."""

_NAMED = re.compile(r"def test_case_(\d\d)_\w+")


def cases_with_tests() -> dict[int, list[str]]:
    """Return the names of the tests of each case that has some."""
    found: dict[int, list[str]] = {}
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        for named in _NAMED.finditer(path.read_text("utf-8")):
            found.setdefault(int(named[1]), []).append(named[0].removeprefix("def "))
    return found
