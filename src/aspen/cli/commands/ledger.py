"""`aspen ledger`: everything that left, that was kept here, or that was fetched; read from the gate."""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import dataclass

import click

from aspen.cli.commanding import reach_of
from aspen.cli.exit_codes import ExitCode
from aspen.cli.leaving.gate_session import gate_command, gate_stream
from aspen.cli.options import Invocation, takes
from aspen.cli.quantities import count_words, moment_words, size_words
from aspen.cli.reading import Json, count, mapping, objects, text, texts
from aspen.cli.tables import facts, table
from aspen.cli.terminal import put, put_json, put_line, say
from aspen.core.egress import Verdict
from aspen.core.errors import Interrupted, LedgerBroken, Misused
from aspen.core.outline import outline

_SHOWN_AT_ONCE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOptions(Invocation):
    provider: str | None
    verdict: tuple[str, ...]
    since: str | None
    limit: int
    before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryOptions(Invocation):
    number: int
    bytes_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetOptions(Invocation):
    number: int | None
    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionOptions(Invocation):
    days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions(Invocation):
    known: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetAsideOptions(Invocation):
    yes: bool


@click.group()
def ledger() -> None:
    """Everything that left this computer, was kept here, or was fetched, with the exact bytes.

    The gate writes each entry, and flushes it to the disk, before the first byte leaves. Entries form a chain of
    hashes.
    """


@ledger.command(name="list")
@click.option("--provider", metavar="NAME", help="Only what went, or would have gone, to this one.")
@click.option(
    "--verdict",
    multiple=True,
    metavar="WORD",
    help=f"Only these, of {', '.join(Verdict)}. Repeatable.",
)
@click.option("--since", metavar="TIME", help="Only from then on, such as 2030-12-31 or 2030-12-31T18:00.")
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=_SHOWN_AT_ONCE,
    metavar="COUNT",
    help=f"At most this many, {_SHOWN_AT_ONCE} unless you say otherwise.",
)
@click.option(
    "--before",
    type=click.IntRange(min=0),
    default=0,
    metavar="NUMBER",
    help="Only those before this entry; 0 is no bound.",
)
@takes(ListOptions)
def listing(options: ListOptions) -> None:
    """List the newest entries."""
    arguments: dict[str, object] = {
        "provider": options.provider,
        "verdicts": list(options.verdict),
        "since": options.since,
        "limit": options.limit,
        "before_sequence": options.before,
    }
    told = gate_command("ledger_list", arguments, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
        return
    entries = objects(told, "entries")
    rows = [_row(entry) for entry in reversed(entries)]
    header = ("NUMBER", "TIME", "WHAT", "WHERE", "SIZE", "WHY")
    is_narrowed = options.provider or options.verdict or options.since or options.before
    nothing = "There is no such entry." if is_narrowed else "Nothing has left this computer."
    put_line(table(header, rows) if rows else nothing)
    if len(entries) == options.limit and count(entries[-1], "sequence") > 1:
        say(f"Older ones: aspen ledger list --before {count(entries[-1], 'sequence')}")


@ledger.command(short_help="Show one entry, with the exact bytes.")
@click.argument("number", type=click.IntRange(min=1))
@click.option("--bytes", "bytes_only", is_flag=True, help="Print exactly the bytes that left, and nothing else.")
@takes(EntryOptions)
def show(options: EntryOptions) -> None:
    """Show entry NUMBER: when, to whom, why it could, what exactly, and what came back."""
    told = gate_command("ledger_show", {"sequence": options.number}, reach=reach_of(alone=options.alone))
    body = _bytes(told, "body_base64")
    if options.bytes_only:
        if body is None:
            raise Misused(f"The bytes of entry {options.number} are not kept.", hint="Their SHA-256 is in the entry.")
        sys.stdout.buffer.write(body)
        return
    if options.as_json:
        put_json(told)
        return
    entry = mapping(told, "entry")
    put_line(facts({"what": text(entry, "verdict"), **_readable(entry)}))
    put_line("")
    put_line(outline(body) if body is not None else "The bytes are not kept.")
    if outcome := mapping(told, "outcome"):
        put_line("")
        put_line(f"{text(outcome, 'verdict').capitalize()} with entry {count(outcome, 'sequence')}:")
        put_line(facts(_readable(outcome), "  "))


@ledger.command(short_help="Check the whole ledger.")
@click.option("--known", metavar="FILE", help="Compare with the head that an earlier export began with.")
@takes(VerifyOptions)
def verify(options: VerifyOptions) -> None:
    """Check the whole ledger: every entry, the chain, the head, and every byte that is kept."""
    arguments = {"known": [_head_of(options.known)]} if options.known else {}
    told = gate_command("ledger_verify", arguments, reach=reach_of(alone=options.alone))
    problems = objects(told, "problems")
    if options.as_json:
        put_json(told)
        if problems:
            click.get_current_context().exit(ExitCode.FAILED)
        return
    last, checked = mapping(told, "head"), count(told, "entries_checked")
    say(f"{count_words(checked, 'entry')} checked.")
    say(f"Head: {count(last, 'sequence')} {text(last, 'sha256')}")
    if problems:
        first = problems[0]
        raise LedgerBroken(
            f"The ledger is not what the gate has written: {text(first, 'sentence')}",
            hint="\n".join(text(problem, "sentence") for problem in problems[1:]),
            facts={"problems": len(problems), "sequence": first.get("sequence")},
        )


@ledger.command(short_help="Print where it ends, signed, and the public key.")
@takes(Invocation)
def head(options: Invocation) -> None:
    """Print number and hash of the last entry, signed, and the public key that checks exports of this ledger.

    Give the key to whoever shall check them, or note it down elsewhere: an export alone cannot prove whose it is.
    """
    told = gate_command("ledger_head", reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
        return
    last = mapping(told, "head")
    put_line(f"Head: {count(last, 'sequence')} {text(last, 'sha256')}")
    put_line(f"Signature: {text(told, 'signature')}")
    put_line(f"Public key: {text(told, 'public_key')}")


@ledger.command(short_help="Delete bytes that are kept; hashes stay.")
@click.argument("number", required=False, type=click.IntRange(min=1))
@click.option("--before", metavar="TIME", help="Everything older, such as 2030-12-31.")
@takes(ForgetOptions)
def forget(options: ForgetOptions) -> None:
    """Delete the bytes that are kept with entry NUMBER, or with all before a TIME.

    That they left, and their hash, stays.
    """
    if (options.number is None) == (options.before is None):
        raise Misused("Name one entry, or a time with --before.")
    arguments = {"sequence": options.number} if options.before is None else {"before": options.before}
    told = gate_command("ledger_forget", arguments, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
    else:
        say("Forgotten: the hash stays." if mapping(told, "entry") else "There was nothing to forget.")


@ledger.command(short_help="Print all of it, to be checked without Aspen.")
@takes(Invocation)
def export(options: Invocation) -> None:
    """Print the whole ledger as lines of JSON that anybody can check without Aspen."""
    for frame in gate_stream("ledger_export", {}, reach=reach_of(alone=options.alone)):
        if "line" in frame:
            put(text(frame, "line").rstrip("\n") + "\n")


@ledger.command(short_help="Say or change how long bytes are kept.")
@click.argument("days", required=False, type=click.IntRange(min=0))
@takes(RetentionOptions)
def retention(options: RetentionOptions) -> None:
    """Say for how many DAYS the exact bytes are kept, or change that. Entries and hashes stay for good."""
    arguments = {} if options.days is None else {"days": options.days}
    told = gate_command("ledger_retention", arguments, reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
    else:
        say(f"Bytes are kept for {count_words(count(told, 'days'), 'day')}.")


def _row(entry: Json) -> tuple[str, ...]:
    size = entry.get("response_bytes") if entry.get("of_sequence") else entry.get("body_bytes")
    why = " ".join(texts(entry, "reasons")) or _APPROVALS.get(text(entry, "approval"), "")
    if of := entry.get("of_sequence"):
        why = f"of {of}. {why}".strip()
    return (
        text(entry, "sequence"),
        moment_words(text(entry, "recorded_at"), to_the="seconds"),
        text(entry, "verdict"),
        " ".join(part for part in (text(entry, "provider"), text(entry, "model")) if part),
        size_words(size) if isinstance(size, int) else "",
        why,
    )


_APPROVALS = {"person": "You saw it and said yes.", "chat": "You said yes for this chat.", "rule": "May leave."}


def _readable(entry: Json) -> dict[str, object]:
    hidden = {"schema", "sequence", "verdict", "of_sequence", "forgets"}
    return {
        "time": moment_words(text(entry, "recorded_at"), to_the="seconds"),
        **{name: value for name, value in entry.items() if name not in hidden | {"recorded_at", "label"}},
        "reasons": " ".join(texts(entry, "reasons")),
        "label": text(mapping(entry, "label"), "sensitivity"),
    }


def _bytes(told: Json, name: str) -> bytes | None:
    encoded = told.get(name)
    return base64.b64decode(encoded) if isinstance(encoded, str) else None


def _head_of(path: str) -> object:
    """The first line of an export holds the head."""
    try:
        with click.open_file(path, encoding="utf-8") as file:
            first: dict[str, object] = json.loads(file.readline())
        return first["head"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Misused(f"{path} is not an export of a ledger.", hint="`aspen ledger export` makes one.") from error


@ledger.command(name="set-aside", short_help="Begin a new one in place of a broken one.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@takes(SetAsideOptions)
def set_aside(options: SetAsideOptions) -> None:
    """Begin a new ledger in the place of one that cannot be trusted any more.

    The old one is kept beside it. Ceilings count from zero again.
    """
    if not options.yes and not click.confirm("Begin a new ledger?", default=False, err=True):
        raise Interrupted("Nothing was changed.")
    told = gate_command("ledger_set_aside", reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(told)
    else:
        say(f"A new ledger has begun. The old one is in {text(told, 'place')}.")
