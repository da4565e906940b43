from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from aspen.core.errors import Misused, NotFound
from aspen.documents.walking import LeftOut, WalkBounds, Walked, walk


def write(folder: Path, *names: str, content: str = "words\n") -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def paths(walked: Walked) -> list[str]:
    return [file.path for file in walked.files]


def test_files_near_the_top_come_first_in_order(tmp_path: Path) -> None:
    write(tmp_path, "b.py", "a.md", "deep/er/c.txt", "deep/d.txt")
    assert paths(walk(tmp_path)) == ["a.md", "b.py", "deep/d.txt", "deep/er/c.txt"]


def test_what_is_left_out_is_counted_and_said(tmp_path: Path) -> None:
    write(
        tmp_path, "a.py", ".env", ".git/config", "node_modules/x.js", "p.png", "q.zip", "mine/pyvenv.cfg", "mine/x.py"
    )
    walked = walk(tmp_path)
    assert paths(walked) == ["a.py"]
    assert walked.left_out == {LeftOut.HIDDEN: 2, LeftOut.INSTALLED: 2, LeftOut.BINARY: 2}
    assert walked.sentence == (
        "1 file to read; left out: 2 files that hold no text, 2 hidden files or folders, "
        "2 folders of installed or built code."
    )


def test_links_are_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, "secret.txt")
    write(tmp_path / "repo", "a.txt")
    (tmp_path / "repo" / "out").symlink_to(outside)
    (tmp_path / "repo" / "file.txt").symlink_to(outside / "secret.txt")
    (tmp_path / "repo" / "round").symlink_to(tmp_path / "repo")
    walked = walk(tmp_path / "repo")
    assert paths(walked) == ["a.txt"]
    assert walked.left_out == {LeftOut.LINK: 3}


def test_a_folder_that_is_named_through_a_link_is_read(tmp_path: Path) -> None:
    write(tmp_path / "real", "a.txt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert paths(walk(tmp_path / "link")) == ["a.txt"]


def test_a_pipe_is_left_out_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    assert walk(tmp_path).left_out == {LeftOut.SPECIAL: 1}


def test_a_name_that_is_no_text_is_left_out(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt"))).write_text("x")
    assert walk(tmp_path).left_out == {LeftOut.ODD_NAME: 1}


@pytest.mark.parametrize("bounds", [WalkBounds(files=3), WalkBounds(total_bytes=20), WalkBounds(entries=3)])
def test_a_bound_that_bites_is_said(tmp_path: Path, bounds: WalkBounds) -> None:
    write(tmp_path, *(f"{number}.txt" for number in range(9)))
    walked = walk(tmp_path, bounds)
    assert 0 < len(walked.files) <= 3
    assert not walked.is_complete
    assert "the rest was not looked at" in walked.sentence


def test_large_files_are_left_out_by_their_kind(tmp_path: Path) -> None:
    write(tmp_path, "a.txt", "a.pdf", content="x" * 50)
    walked = walk(tmp_path, WalkBounds(text_bytes=10, document_bytes=100))
    assert paths(walked) == ["a.pdf"]
    assert walked.left_out == {LeftOut.LARGE: 1}


def test_folders_that_lie_too_deep_are_said(tmp_path: Path) -> None:
    write(tmp_path, "1/2/3/a.txt")
    assert walk(tmp_path, WalkBounds(depth=2)).left_out == {LeftOut.DEEP: 1}


def test_what_is_no_folder_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "a.txt")
    with pytest.raises(Misused, match="is not a folder"):
        walk(tmp_path / "a.txt")
    with pytest.raises(NotFound):
        walk(tmp_path / "nothing")


IGNORING = {
    ".gitignore": "*.log\n!keep.log\n/top.txt\nbuild/\n**/cache\ndocs/*.tmp\n\\#odd\n[a-c]x.txt\n",
    "src/.gitignore": "!special.log\n/only_here.txt\n*.txt\n!yes.txt\n",
    "src/deep/.gitignore": "yes.txt\n",
    "build/.gitignore": "!*\n",
}
FILES = [
    "a.log",
    "keep.log",
    "top.txt",
    "src/top.txt",
    "build/x.py",
    "src/build/y.py",
    "cache",
    "src/cache/z.py",
    "docs/a.tmp",
    "docs/sub/b.tmp",
    "#odd",
    "ax.txt",
    "dx.txt",
    "src/special.log",
    "src/only_here.txt",
    "src/deep/only_here.txt",
    "src/yes.txt",
    "src/deep/yes.txt",
    "src/main.py",
]


@pytest.fixture
def ignoring(tmp_path: Path) -> Path:
    (tmp_path / ".git" / "info").mkdir(parents=True)
    write(tmp_path, *FILES)
    for name, content in IGNORING.items():
        write(tmp_path, name, content=content)
    return tmp_path


def test_gitignore_is_respected_nested_and_negated(ignoring: Path) -> None:
    assert sorted(paths(walk(ignoring))) == sorted(
        ["keep.log", "dx.txt", "docs/sub/b.tmp", "src/special.log", "src/yes.txt", "src/main.py"]
    )


def test_the_same_is_ignored_as_git_ignores(ignoring: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is not installed")
    shutil.rmtree(ignoring / ".git")
    environment = {"PATH": os.environ["PATH"], "HOME": str(ignoring), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run([git, "init", "-q", str(ignoring)], check=True, env=environment, capture_output=True)
    listed = subprocess.run(
        [git, "ls-files", "--others", "--exclude-standard"],
        cwd=ignoring,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    tracked = [name for name in listed.stdout.splitlines() if not name.endswith(".gitignore")]
    assert sorted(paths(walk(ignoring))) == sorted(tracked)


def test_what_the_folders_above_ignore_is_ignored_below(ignoring: Path) -> None:
    assert sorted(paths(walk(ignoring / "src"))) == ["main.py", "special.log", "yes.txt"]


def test_a_folder_that_is_ignored_is_read_when_a_person_names_it(ignoring: Path) -> None:
    assert paths(walk(ignoring / "build")) == ["x.py"]


def test_a_hostile_pattern_costs_nothing(tmp_path: Path) -> None:
    write(tmp_path, ".gitignore", content="*a" * 100 + "b\n" + "[\n")
    write(tmp_path, "a" * 200)
    assert paths(walk(tmp_path)) == ["a" * 200]
