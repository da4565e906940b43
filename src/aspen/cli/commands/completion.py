"""`aspen completion`: what a shell needs to complete Aspen's command line."""

from __future__ import annotations

from dataclasses import dataclass

import click
from click.shell_completion import get_completion_class

from aspen.cli.options import Invocation, takes
from aspen.cli.terminal import put_json, put_line

SHELLS = ("bash", "zsh", "fish")


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletionOptions(Invocation):
    shell: str


@click.command()
@click.argument("shell", type=click.Choice(SHELLS))
@takes(CompletionOptions)
def completion(options: CompletionOptions) -> None:
    """Print what SHELL needs to complete commands and options.

    For bash: aspen completion bash > ~/.local/share/bash-completion/completions/aspen
    """
    script = completion_script(options.shell)
    if options.as_json:
        put_json({"schema": 1, "shell": options.shell, "script": script})
    else:
        put_line(script.rstrip("\n"))


def completion_script(shell: str) -> str:
    """Return click's own script for a shell of `SHELLS`."""
    found = get_completion_class(shell)
    assert found is not None
    root = click.get_current_context().find_root().command
    return found(root, {}, "aspen", "_ASPEN_COMPLETE").source()
