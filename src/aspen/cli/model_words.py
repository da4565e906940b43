"""The name of a model as a person types it: a file of their own becomes an absolute path."""

from __future__ import annotations

from pathlib import Path

from aspen.core.errors import NotFound

_PATH_STARTS = ("/", "./", "../", "~")


def model_named(words: str) -> str:
    """Return what the service understands: a name as it is, a file as its absolute path.

    The service runs elsewhere, so a relative path means nothing to it. Raises NotFound for a path to nothing.
    """
    if words.startswith(_PATH_STARTS):
        return str(existing_file(words))
    if words.lower().endswith(".gguf") and Path(words).is_file():
        return str(existing_file(words))
    return words


def existing_file(words: str) -> Path:
    """Return the absolute path of a file.

    Raises NotFound when there is none.
    """
    path = Path(words).expanduser()
    path = path.parent.resolve() / path.name
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", hint="Check the path; `aspen models` lists what was found.")
    return path


def named_path(words: str) -> Path:
    """Return the absolute path of a file or folder as it was named, as `named_file` does.

    Raises NotFound when there is none.
    """
    path = Path(words).expanduser().absolute()
    if not (path.is_file() or path.is_dir()):
        raise NotFound(f"There is no file {path}.", hint="Check the path.")
    return path


def named_file(words: str) -> Path:
    """Return the absolute path of a file as it was named, through links as it may be: labels follow every way to it.

    Raises NotFound when there is none.
    """
    path = Path(words).expanduser().absolute()
    if not path.is_file():
        raise NotFound(f"There is no file {path}.", hint="Check the path.")
    return path
