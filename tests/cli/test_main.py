"""The command `aspen` as a whole: what it costs to start, and what every command has in common."""

from __future__ import annotations

import statistics
import subprocess
import sys

import click
import pytest
from command_line import OnTerminal, aspen

import aspen as product
from aspen.cli.main import COMMANDS, cli
from conftest import Serve
from fakes.scripted_service import answers

NAMES = [name for name, each in COMMANDS.items() for name in (name, *each.aliases)]


def _command(name: str) -> click.Command:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    return command


def test_importing_the_command_line_takes_less_than_150_ms_of_cpu() -> None:
    code = "import time; began = time.process_time(); import aspen.cli.main; print(time.process_time() - began)"
    runs = [subprocess.run([sys.executable, "-c", code], check=True, capture_output=True) for _ in range(3)]
    assert statistics.median(float(run.stdout) for run in runs) < 0.150


@pytest.mark.parametrize("module", ["rich", "aspen.channel", "aspen.settings", "asyncio", "aspen.cli.commands.ask"])
def test_what_a_command_may_need_is_not_loaded_before_it_is_known(module: str) -> None:
    code = f"import sys, aspen.cli.main; sys.exit({module!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_asking_through_a_pipe_never_loads_rich(environment: dict[str, str], serve: Serve) -> None:
    serve(ask=answers("ok"))
    code = "import sys; from aspen.cli.main import main; main(['ask', 'x']); sys.exit('rich' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, env=environment, stdin=subprocess.DEVNULL)
    assert done.returncode == 0


@pytest.mark.parametrize("name", NAMES)
def test_every_command_takes_json_and_says_what_it_does(name: str) -> None:
    command = _command(name)
    assert command.help
    inner = list(command.commands.values()) if isinstance(command, click.Group) else [command]
    assert inner
    for each in inner:
        assert "--json" in [option for parameter in each.params for option in parameter.opts]
        assert each.help


@pytest.mark.parametrize("arguments", [(), ("--help",), ("-h",)])
def test_help_lists_every_command_with_its_line(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    outcome = aspen(environment, *arguments)
    assert (outcome.code, outcome.err) == (0, "")
    width = max(map(len, COMMANDS))
    for name, command in COMMANDS.items():
        assert f"  {name:<{width}}  {command.summary}\n" in outcome.out


def test_version_names_the_program_and_its_version(environment: dict[str, str]) -> None:
    assert aspen(environment, "--version").out == f"aspen {product.__version__}\n"


@pytest.mark.parametrize(
    ("words", "expected"),
    [("aspen mo", ["plain,models"]), ("aspen ask --temp", ["plain,--temperature"]), ("aspen nothing", [])],
)
def test_the_shell_can_complete_commands_and_options(
    environment: dict[str, str], words: str, expected: list[str]
) -> None:
    told = {"_ASPEN_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split()) - 1)}
    assert aspen({**environment, **told}).out.split() == expected


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_for_each_shell(environment: dict[str, str], shell: str) -> None:
    outcome = aspen(environment, "completion", shell)
    assert (outcome.code, outcome.err) == (0, "")
    assert f"_ASPEN_COMPLETE={shell}_complete" in outcome.out


def test_asking_nothing_on_a_terminal_is_a_misuse(environment: dict[str, str]) -> None:
    with OnTerminal(environment, "ask") as ask:
        code, screen = ask.finish()
    assert (code, screen.splitlines()[0]) == (2, "Error: There is nothing to ask.")
