"""What `aspen prove` says to people: what does not hold first, a line for each process, one for each group of tries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from textwrap import fill

from aspen.cli.quantities import count_words
from aspen.cli.reading import Json, count, mapping, number, objects, text, texts
from aspen.cli.terminal import clean_line, terminal_columns

_COLUMNS = 100
_MOST_DETAILS = 4
_CONFINED = frozenset({"core", "engine", "gate", "reader"})


def page(outcome: Json) -> str:
    """Lay out the whole outcome."""
    sections = (
        verdict(outcome),
        titled("Processes, as the kernel shows them from outside", map(_process, objects(outcome, "processes"))),
        titled("The window that is open", _window(outcome)),
        titled("Tried just now, from inside", _tries(outcome)),
        titled("Canaries: words that stay here, wanted elsewhere", _canaries(outcome)),
        titled("Ledger", _ledger(outcome)),
        titled("What this cannot see", (f"• {each}" for each in texts(outcome, "cannot_see"))),
    )
    return "\n\n".join(section for section in sections if section)


def verdict(outcome: Json) -> str:
    """Say whether all holds, and if not, first what does not."""
    took = f"({number(outcome, 'seconds') or 0:.1f} s)"
    failures = objects(outcome, "failures")
    if not failures:
        return f"Everything holds. {took}"
    do = "does" if len(failures) == 1 else "do"
    return "\n".join(
        [
            f"{count_words(len(failures), 'thing')} {do} not hold: {took}",
            *(_filled(f"! {text(each, 'sentence')}", "") for each in failures),
        ]
    )


def titled(title: str, lines: Iterator[str]) -> str:
    """Lay out lines under a title; without lines there is no title either."""
    body = [_filled(line) for line in lines]
    return "\n".join([title, *body]) if body else ""


def _filled(line: str, indent: str = "  ") -> str:
    columns = terminal_columns() or _COLUMNS
    return fill(clean_line(line), columns, initial_indent=indent, subsequent_indent=indent + "    ")


def _process(process: Json) -> str:
    name, kernel = text(process, "name"), mapping(process, "kernel")
    model = f" {text(process, 'model')}" if text(process, "model") else ""
    seal = " ".join(part for part in (text(process, "level"), text(process, "sentence")) if part)
    parts = [f"{name}{model}, process {count(process, 'pid')}", seal or text(process, "may")]
    if name in _CONFINED:
        parts += _kernel_words(process, kernel)
    parts.append(_sockets(process))
    return " · ".join(part for part in parts if part)


def _kernel_words(process: Json, kernel: Json) -> Iterator[str]:
    threads = count(kernel, "threads")
    yield f"{count_words(count(kernel, 'seccomp_filters'), 'filter')} on {count_words(threads, 'thread')}"
    yield "no new privileges" if kernel.get("has_no_new_privileges") else "NEW PRIVILEGES"
    yield "no capabilities" if text(kernel, "capabilities") == "0" else f"capabilities {text(kernel, 'capabilities')}"
    if kernel.get("is_hidden") is True:
        yield "hidden from your other programs"
    if process.get("has_own_network") is True:
        yield "a network of its own, empty"


def _sockets(process: Json) -> str:
    held = mapping(process, "sockets") or mapping(mapping(process, "kernel"), "sockets")
    return count_words(count(held, "internet"), "internet socket") if held else ""


def _window(outcome: Json) -> Iterator[str]:
    """Nothing where none is open; what does not hold is among the failures already."""
    told = mapping(outcome, "window")
    if not told:
        return
    members = objects(told, "members")
    seen = sorted({name for each in members for name in texts(each, "interfaces")})
    processes, network = count_words(len(members), "process"), ", ".join(seen) or "nothing"
    yield f"{text(told, 'browser')}, {processes} in a network with {network}."
    if forwarder := mapping(told, "forwarder"):
        yield f"forwarder, process {count(forwarder, 'pid')} · " + ", ".join(_kernel_words(told, forwarder))
    yield f"Empty for it: {', '.join(texts(told, 'hidden'))}."


def _tries(outcome: Json) -> Iterator[str]:
    """A line for each process and group; what was not refused is among the failures already."""
    tried = [(text(each, "name"), each) for each in objects(outcome, "processes")]
    tried.append(("engine without a model", mapping(outcome, "trial")))
    for name, process in tried:
        probes = objects(process, "probes")
        for group in dict.fromkeys(text(probe, "group") or "files and programs" for probe in probes):
            within = [probe for probe in probes if (text(probe, "group") or "files and programs") == group]
            yield f"{name}, {group}: {_answers(within)}"


def _answers(probes: list[Json]) -> str:
    blocked = [probe for probe in probes if probe.get("blocked")]
    details = Counter(text(probe, "detail") for probe in blocked).most_common(_MOST_DETAILS)
    counted = ", ".join(f"{name} {times}" for name, times in details)
    words = f"{len(blocked)} refused" + (f" ({counted})" if counted else "")
    needed = [text(probe, "name") for probe in probes if probe.get("must_be_open")]
    others = [text(probe, "name") for probe in probes if not probe.get("blocked") and not probe.get("must_be_open")]
    parts = [words]
    parts += [f"open, as it must be: {', '.join(needed)}"] if needed else []
    parts += [f"NOT REFUSED: {', '.join(others)}"] if others else []
    return "; ".join(parts)


def _canaries(outcome: Json) -> Iterator[str]:
    told = mapping(outcome, "canary")
    recorded = mapping(told, "recorded")
    to = ", ".join(texts(told, "providers")) or "nobody: none is connected"
    yield f"For {', '.join(texts(told, 'purposes'))}; to {to}; declared, detected and unset."
    if told.get("is_airplane_mode"):
        yield "Airplane mode is on: words that may leave were refused as well."
    all_refused = "all were turned away" if not texts(told, "left") else "NOT ALL were turned away"
    yield f"{count(told, 'routings')} times wanted of the routing."
    sends, forgeries = count(told, "sends"), count(told, "forgeries")
    yield f"{sends} times handed to the gate past the routing, and {forgeries} times with a lie: {all_refused}."
    verdicts = f"{count(recorded, 'refused')} as refused, {count(recorded, 'blocked')} as blocked"
    where = texts(recorded, "found_in")
    words = f"in entries {', '.join(where)}" if where else "in none of its bytes"
    yield f"The ledger has {verdicts}, {len(texts(recorded, 'sent'))} as sent; the words themselves are {words}."


def _ledger(outcome: Json) -> Iterator[str]:
    told = mapping(outcome, "ledger")
    head = mapping(told, "head")
    entries, bodies = count_words(count(told, "entries_checked"), "entry"), count(told, "bodies_checked")
    yield f"{entries} and {bodies} kept bodies checked: {'whole' if told.get('is_whole') else 'NOT WHOLE'}."
    yield f"Head: {count(head, 'sequence')} {text(head, 'sha256')}"
