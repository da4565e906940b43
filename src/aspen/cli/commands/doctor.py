"""`aspen doctor`: what this computer has, what the engine can use of it, and what the seal was seen to block."""

from __future__ import annotations

from textwrap import fill

import click

from aspen.cli.commanding import command, reach_of
from aspen.cli.options import Invocation, takes
from aspen.cli.reading import Json, mapping, objects, text, texts
from aspen.cli.tables import facts
from aspen.cli.terminal import clean_line, put_json, put_line, terminal_columns

_COLUMNS = 100
_MUST_BE_OPEN = "read model"


@click.command()
@takes(Invocation)
def doctor(options: Invocation) -> None:
    """Check this computer, the engine, the seal and the models that were found."""
    findings = command("doctor", reach=reach_of(alone=options.alone))
    if options.as_json:
        put_json(findings)
        return
    put_line("\n\n".join(part for part in _sections(findings) if part))


def _sections(findings: Json) -> list[str]:
    return [
        _section("This computer", facts(mapping(findings, "hardware"), "  ")),
        _section("Engine", facts(mapping(findings, "engine"), "  ")),
        _seal("Seal of the engine", mapping(findings, "jail")),
        _demand(text(findings, "least_jail_level")),
        _seal("Seal of the service", mapping(findings, "core_seal")),
        _remembered(mapping(findings, "remembered")),
        _people(mapping(mapping(findings, "readers"), "people")),
        _documents(mapping(mapping(findings, "readers"), "documents")),
        _section("Models found", facts(mapping(findings, "models"), "  ")),
        _section("Folders", facts(mapping(findings, "folders"), "  ")),
        _section("Problems", _lines(findings, "problems")),
        _section("Notes", _lines(findings, "notes")),
    ]


def _section(title: str, body: str) -> str:
    return f"{title}\n{body}" if body else ""


def _seal(title: str, seal: Json) -> str:
    """Say the seal, what was tried and did not work, and above all what did."""
    if not seal:
        return ""
    probes = objects(seal, "probes")
    blocked = [clean_line(text(probe, "name")) for probe in probes if probe.get("blocked")]
    lines = [f"{title}: {clean_line(text(seal, 'sentence'))}"]
    lines += [
        f"  {_openness(probe)}: {clean_line(text(probe, 'name'))} ({clean_line(text(probe, 'detail'))})"
        for probe in probes
        if not probe.get("blocked")
    ]
    if blocked:
        lines.append(f"  Tried and blocked: {', '.join(blocked)}")
    columns = terminal_columns() or _COLUMNS
    return "\n".join(fill(line, columns, subsequent_indent="  ") for line in lines)


def _demand(level: str) -> str:
    """Say what an engine must reach: the setting, or the best that this system was seen to offer."""
    return f"Demanded of an engine before words that stay here go to it: {clean_line(level)}" if level else ""


def _remembered(told: Json) -> str:
    """Say whether conversations are readable to whoever gets hold of the disk."""
    if told.get("is_encrypted") is True:
        return "What is remembered: encrypted on the disk, with a key in the system keyring"
    return "What is remembered: not encrypted on the disk, since there is no system keyring" if told else ""


def _people(told: Json) -> str:
    """Say whether words that would leave are looked through for people."""
    if told.get("is_installed") is True:
        return "Names of people: looked for in words that would leave, in a process of its own"
    return "Names of people: not looked for; `pip install 'aspen[pii]'` adds it" if told else ""


def _documents(told: Json) -> str:
    """Say whether documents of others can be read."""
    if told.get("is_installed") is True:
        return "Documents (PDF, DOCX): read in a process of its own"
    return "Documents (PDF, DOCX): not read; `pip install aspen` adds what is missing" if told else ""


def _openness(probe: Json) -> str:
    """An engine that could not read its model would be of no use; everything else that is open is a gap."""
    return "Open, as it must be" if text(probe, "name") == _MUST_BE_OPEN else "Not blocked"


def _lines(findings: Json, name: str) -> str:
    """Lay out a list of sentences, or of objects that hold one."""
    found = objects(findings, name)
    sentences = [": ".join(filter(None, (text(each, "path"), text(each, "sentence")))) for each in found]
    return "\n".join(f"  {clean_line(sentence)}" for sentence in sentences or texts(findings, name))
