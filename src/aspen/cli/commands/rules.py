"""`aspen rules`: the rules in words, and what they would have done to what the ledger says has happened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click

from aspen.cli.commanding import command, reach_for_long, reach_of
from aspen.cli.leaving.ledger_entries import newest_first
from aspen.cli.options import Invocation, takes
from aspen.cli.quantities import count_words
from aspen.cli.reading import Json, count, mapping, objects, text, texts
from aspen.cli.tables import table
from aspen.cli.terminal import put_json, put_line, say
from aspen.core.errors import BadRule, NotFound

_SHOWN_ROWS = 20
_TRIED_AT_ONCE = 10_000
_SENDS = ("sent", "refused", "declined")
_WAS = {"cleared": "sent", "asked": "you were asked", "denied": "kept here"}
_NOW = {"cleared": "would be sent", "asked": "asks you first", "denied": "stays here"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckOptions(Invocation):
    file: Path | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TryOptions(Invocation):
    file: Path | None
    last: int
    show_all: bool


@click.group()
def rules() -> None:
    """Read your rules, and try them on what has happened. Nothing is sent and nothing is changed."""


@rules.command(short_help="Say each rule in words, or what is wrong.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@takes(CheckOptions)
def check(options: CheckOptions) -> None:
    """Read FILE, or the present rules, and say each rule in words.

    A mistake is named with its line, and the exit code is 1.
    """
    told = command("check_rules", _named(options.file), reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
        return
    rows = [(f"line {text(rule, 'line')}", text(rule, "sentence")) for rule in objects(told, "rules")]
    put_line(table(("WHERE", "WHAT"), rows) if rows else "There are no rules: labels alone decide.")
    for name, most in _ceilings(mapping(told, "ceilings")):
        put_line(f"At most {most} a {name}.")
    say(f"{text(told, 'path')}: {count_words(len(rows), 'rule')}, no mistake.")


@rules.command(name="try", short_help="Say what they would do to what has happened.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--last",
    type=click.IntRange(1, 1_000_000),
    default=_TRIED_AT_ONCE,
    metavar="COUNT",
    help=f"On the last COUNT sends and refusals; {_TRIED_AT_ONCE:,} unless you say otherwise.",
)
@click.option("--all", "show_all", is_flag=True, help="Show every one that would change, and not the newest alone.")
@takes(TryOptions)
def try_on_the_past(options: TryOptions) -> None:
    """Say what the rules of FILE, or the present ones, would do now to everything in the ledger.

    Each send and refusal is judged again with the label, files, cost, size and time of then. What detectors saw then,
    and what the day's sum was, is not known any more.
    """
    arguments = _named(options.file)
    with reach_for_long(alone=options.alone) as reach:
        entries = list(islice(newest_first(reach, verdicts=_SENDS), options.last))
        told = command("try_rules", {**arguments, "entries": entries}, reach=reach)
    trials = objects(told, "trials")
    if options.as_json:
        put_json({**told, "counts": _counts(trials)})
        return
    put_line(_summary(trials))
    by_number = {count(entry, "sequence"): entry for entry in entries}
    changed = [trial for trial in trials if trial.get("was") != trial.get("now")]
    shown = changed if options.show_all else changed[:_SHOWN_ROWS]
    if shown:
        rows = [_row(trial, by_number[count(trial, "sequence")]) for trial in shown]
        put_line(table(("NUMBER", "WHERE", "WAS", "NOW", "WHY"), rows))
    if len(shown) < len(changed):
        say(f"{len(changed) - len(shown):,} more: --all")


def _named(file: Path | None) -> dict[str, object]:
    """Read a file as the person who asks: the service need not be able to. Raises NotFound and BadRule."""
    if file is None:
        return {}
    try:
        return {"rules": file.read_text("utf-8"), "path": str(file)}
    except FileNotFoundError:
        raise NotFound(f"There is no file {file}.", hint="Name a rules file, or none for the present rules.") from None
    except OSError as error:
        raise BadRule(f"The rules file {file} cannot be read: {error.strerror}.", facts={"line": 0}) from error
    except UnicodeDecodeError as error:
        raise BadRule(f"The rules file {file} is not UTF-8.", facts={"line": 0}) from error


def _counts(trials: list[Json]) -> dict[str, int]:
    """Count each pair of what was and what would be, such as `cleared_asked`."""
    return dict(Counter(f"{text(trial, 'was')}_{text(trial, 'now')}" for trial in trials))


def _summary(trials: list[Json]) -> str:
    pairs = Counter((text(trial, "was"), text(trial, "now")) for trial in trials)
    sends, kept = (
        sum(many for (was, _), many in pairs.items() if (was == "denied") is is_kept) for is_kept in (False, True)
    )
    told = [
        f"{pairs['cleared', 'asked']:,} of {count_words(sends, 'send')} would be asked about first",
        f"{pairs['cleared', 'denied'] + pairs['asked', 'denied']:,} denied",
        f"{pairs['asked', 'cleared']:,} sent without the question",
        f"{pairs['denied', 'asked'] + pairs['denied', 'cleared']:,} of {count_words(kept, 'refusal')} let through",
    ]
    if not trials:
        return "The ledger has no send and no refusal to try them on."
    return f"{', '.join(told)}. The rules would do the same to the other {_same(pairs):,}."


def _same(pairs: Counter[tuple[str, str]]) -> int:
    return sum(many for (was, now), many in pairs.items() if was == now)


def _row(trial: Json, entry: Json) -> tuple[str, ...]:
    return (
        text(trial, "sequence"),
        " ".join(part for part in (text(entry, "provider"), text(entry, "model")) if part),
        _WAS.get(text(trial, "was"), ""),
        _NOW.get(text(trial, "now"), ""),
        " ".join(texts(trial, "reasons")),
    )


def _ceilings(told: Json) -> Iterator[tuple[str, str]]:
    """Yield each ceiling with its amount in US dollars, with as many digits as it takes to be exact."""
    for name in ("request", "day", "month"):
        if told.get(f"{name}_microdollars") is not None:
            whole, parts = divmod(count(told, f"{name}_microdollars"), 1_000_000)
            behind = f"{parts:06}".rstrip("0")
            yield name, f"${whole:,}.{behind:0<2}"
