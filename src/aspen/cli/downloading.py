"""Downloads one model: says what will come before the first byte, then how far it is."""

from __future__ import annotations

from aspen.channel.framing import Frame
from aspen.cli.commanding import Reach, command, show_notes
from aspen.cli.quantities import count_words, size_words
from aspen.cli.reading import count, text, texts
from aspen.cli.terminal import clean_line, say


def download(reference: str, *, reach: Reach) -> Frame:
    """Run the verb `pull` and return its result.

    Raises NotFound, Unreachable, DiskFull or ChecksumMismatch as the service does.
    """
    return command("pull", {"reference": reference}, reach=reach, on_event=_on_event)


def _on_event(frame: Frame) -> None:
    match frame:
        case {"event": "plan"}:
            say(plan_words(frame))
        case _:
            show_notes(frame)


def plan_words(plan: Frame) -> str:
    """Say what a download will bring: name, size, whether it fits and what room there is."""
    fit = clean_line(text(plan, "fit"))
    size = f"{size_words(count(plan, 'size_bytes'))} in {count_words(len(texts(plan, 'files')), 'file')}"
    room = f"{size_words(count(plan, 'free_disk_bytes'))} free on the disk"
    return f"{clean_line(text(plan, 'name'))}: {', '.join(part for part in (size, fit, room) if part)}."
