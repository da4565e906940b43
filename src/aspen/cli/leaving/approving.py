"""Asks the person whether exactly these bytes may leave, and takes the answer to the gate.

Without a terminal nobody is asked and nothing leaves, unless the command line names the hash of the bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from aspen.channel.framing import Frame
from aspen.cli.commanding import OnApproval
from aspen.cli.leaving.first_use import NOTHING_LEAVES, ask_once
from aspen.cli.leaving.gate_session import gate_call
from aspen.cli.leaving.preview import Preview, read_preview
from aspen.cli.prompts import stdin_is_terminal
from aspen.cli.reading import mapping, text
from aspen.cli.terminal import is_terminal, say
from aspen.core.errors import NeedsApproval, NotFound, StaysHere

_ANSWER_HERE = "Answer here: aspen ask --model local …"
_MEANINGS = {
    "y": "y sends it",
    "N": "N does not",
    "e": "e edits the words",
    "a": "a sends it and asks no more in this chat",
    "x": "x shows the exact bytes",
}


class EditWanted(Exception):
    """The person wants to change the words first."""


def approving(yes_send: str | None = None, *, can_edit: bool = False) -> OnApproval:
    """Return who answers for the person: the hash `yes_send`, else the person at the terminal, else nobody."""

    def approve(frame: Frame, folder: Path) -> None:
        preview = read_preview(folder, text(frame, "nonce"))
        if yes_send is not None:
            _by_hash(preview, folder, yes_send)
        elif stdin_is_terminal() and is_terminal(sys.stderr):
            project = mapping(frame, "project")
            if project.get("is_asked") is False and ask_once(project, folder) == NOTHING_LEAVES:
                _decline(preview, folder)
                raise StaysHere(f"Not sent: nothing leaves from {text(project, 'name')}.", hint=_ANSWER_HERE)
            _by_person(preview, folder, can_edit=can_edit)
        else:
            _answer(folder, "decline", {"nonce": preview.nonce, "nobody_was_asked": True})
            raise _nobody_here(preview)

    return approve


def _by_hash(preview: Preview, folder: Path, yes_send: str) -> None:
    if yes_send.lower() == preview.body_sha256:
        _approve(preview, folder, for_conversation=False)
        return
    _decline(preview, folder)
    raise NeedsApproval(
        "Not sent: what would leave is not what the hash stands for.",
        hint="`aspen preview … --json` prints the hash of what would leave now.",
        facts={"body_sha256": preview.body_sha256, "yes_send": yes_send},
    )


def _by_person(preview: Preview, folder: Path, *, can_edit: bool) -> None:
    for line in preview.lines():
        say(line)
    choices = ["y", "N", *(["e"] if can_edit else []), *(["a"] if preview.may_be_remembered else []), "x"]
    while True:
        match _choice(choices):
            case "y":
                _approve(preview, folder, for_conversation=False)
                return
            case "a" if preview.may_be_remembered:
                _approve(preview, folder, for_conversation=True)
                return
            case "x":
                say(preview.body.decode("utf-8", "replace"))
            case "e" if can_edit:
                if _decline(preview, folder):
                    raise EditWanted
                return
            case "?":
                say("; ".join(_MEANINGS[choice] for choice in choices) + ".")
            case _:
                _decline(preview, folder)
                return


def _choice(choices: list[str]) -> str:
    """Leaving the question (Ctrl-C, Ctrl-D) is a no."""
    question = f"Send? [{'/'.join(choices)}/?]"
    try:
        return str(click.prompt(question, default="n", show_default=False, err=True)).strip().lower()[:1]
    except click.Abort:
        say("")
        return "n"


def _approve(preview: Preview, folder: Path, *, for_conversation: bool) -> bool:
    answer = {"nonce": preview.nonce, "body_sha256": preview.body_sha256, "for_conversation": for_conversation}
    return _answer(folder, "approve", answer)


def _decline(preview: Preview, folder: Path) -> bool:
    return _answer(folder, "decline", {"nonce": preview.nonce})


def _answer(folder: Path, verb: str, answer: Mapping[str, object]) -> bool:
    """Say whether this answer was the one that counts: another window may have been first, and then its word holds."""
    try:
        gate_call(folder, verb, answer)
    except NotFound as error:
        if "answered" not in error.facts:
            raise
        say(error.sentence)
        return False
    return True


def _nobody_here(preview: Preview) -> NeedsApproval:
    return NeedsApproval(
        f"Not sent: what would leave for {preview.provider} must be seen first, and there is no terminal to ask at.",
        hint="`aspen preview … --json` prints a hash that `--yes-send` takes. For a script, `aspen allow` says it of "
        "files and folders, and `--label may-leave` of your words.",
        facts={"body_sha256": preview.body_sha256, "provider": text(preview.told, "provider")},
    )
