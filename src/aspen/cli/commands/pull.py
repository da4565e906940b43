"""`aspen pull`: get a model."""

from __future__ import annotations

from dataclasses import dataclass

import click

from aspen.cli.commanding import reach_of
from aspen.cli.downloading import download
from aspen.cli.options import Invocation, takes
from aspen.cli.reading import text, texts
from aspen.cli.terminal import put_json, say


@dataclass(frozen=True, slots=True, kw_only=True)
class PullOptions(Invocation):
    reference: str


@click.command()
@click.argument("reference")
@takes(PullOptions)
def pull(options: PullOptions) -> None:
    """Download the model REFERENCE from Hugging Face into the cache that other programs share.

    REFERENCE is org/repo:QUANT (with or without hf.co/ before it) or a short name such as qwen3-4b. A download that
    broke off goes on where it stopped.
    """
    fetched = download(options.reference, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(fetched)
        return
    say(f"Got {text(fetched, 'name')}, checked by SHA-256: ask it with `aspen run {text(fetched, 'name')}`.")
    for path in texts(fetched, "paths"):
        say(f"  {path}")
