"""Offers a better model after the starter's first answer: a question on a terminal, a note anywhere else."""

from __future__ import annotations

import sys

import click

from aspen.cli.commanding import Reach
from aspen.cli.downloading import download
from aspen.cli.prompts import stdin_is_terminal
from aspen.cli.quantities import size_words
from aspen.cli.reading import Json, count, mapping, number, text
from aspen.cli.terminal import clean_line, is_terminal, say


def make_offer(result: Json, *, reach: Reach) -> None:
    """Ask whether to get the model that `result` offers, and get it on a yes. The service decides when it offers.

    Raises as `download`.
    """
    offer = mapping(result, "offer")
    if not offer:
        return
    sentence = _sentence(offer)
    if not (is_terminal(sys.stderr) and stdin_is_terminal()):
        say(f"Note: {sentence} Get it with `aspen pull {text(offer, 'reference')}`.")
        return
    if _agreed(f"\n{sentence} Get it?"):
        download(text(offer, "reference"), reach=reach)
        say(f"{text(offer, 'name')} is here: the next question goes to it.")


def _sentence(offer: Json) -> str:
    speed = number(offer, "words_per_second")
    details = size_words(count(offer, "size_bytes")) + (f", about {speed:.0f} words a second" if speed else "")
    return (
        "This is a tiny model for trying things out; it is often wrong. "
        f"{clean_line(text(offer, 'name'))} fits this computer ({details})."
    )


def _agreed(question: str) -> bool:
    """Ask on standard error; leaving the question (Ctrl-C, Ctrl-D) is a no."""
    try:
        return click.confirm(question, default=True, prompt_suffix=" ", err=True)
    except click.Abort:
        say("")
        return False
