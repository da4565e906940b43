"""What would leave, as the gate holds it: read from the gate and not from the core, so that it is what will be sent."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from pathlib import Path, PurePath

from aspen.cli.leaving.gate_session import gate_call
from aspen.cli.quantities import count_words
from aspen.cli.reading import Json, count, objects, text, texts
from aspen.core.errors import GateUnreachable
from aspen.core.outline import outline


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """One held envelope. `told` is the gate's own description of it."""

    nonce: str
    body: bytes
    body_sha256: str
    told: Json

    @property
    def provider(self) -> str:
        return text(self.told, "title") or text(self.told, "provider")

    @property
    def may_be_remembered(self) -> bool:
        """Whether a yes can stand for the rest of this chat: for words just typed in one."""
        return self.told.get("may_be_remembered") is True

    def lines(self) -> list[str]:
        """Say where it would go, what it is, and what is in it."""
        where = f"{self.provider} ({text(self.told, 'host')}), model {text(self.told, 'model')}"
        return [
            f"This would leave this computer, for {where}:",
            "",
            *(f"    {line}" for line in outline(self.body).split("\n")),
            "",
            f"{count_words(len(self.body), 'byte')}, SHA-256 {self.body_sha256[:16]}…{self._cost()}.",
            *dict.fromkeys((*self._hints(), *texts(self.told, "reasons"))),  # what was seen may be why it is asked
            self._what_stays(),
        ]

    def to_json(self) -> dict[str, object]:
        """Return what `aspen preview --json` prints, schema 1."""
        return {
            "schema": 1,
            "provider": text(self.told, "provider"),
            "host": text(self.told, "host"),
            "model": text(self.told, "model"),
            "body": self.body.decode("utf-8", "replace"),
            "body_bytes": len(self.body),
            "body_sha256": self.body_sha256,
            "hints": objects(self.told, "hints"),
            "worst_cost_microdollars": self.told.get("worst_cost_microdollars"),
            "reasons": texts(self.told, "reasons"),
        }

    def _what_stays(self) -> str:
        names = [PurePath(path).name for path in texts(self.told, "paths")]
        if not names:
            return "Stays here: everything else."
        return f"Stays here: everything else, and that it is called {' and '.join(names)}."

    def _cost(self) -> str:
        if self.told.get("worst_cost_microdollars") is None:
            return ", price not known"
        return f", at most ${count(self.told, 'worst_cost_microdollars') / 1e6:.4f}"

    def _hints(self) -> list[str]:
        found = [count_words(count(hint, "count"), text(hint, "kind")) for hint in objects(self.told, "hints")]
        return [f"Contains {', '.join(found)}."] if found else []


def read_preview(folder: Path, nonce: str) -> Preview:
    """Read one held envelope from the gate of the service in `folder`.

    Raises GateUnreachable when the bytes are not those of the hash that the gate names.
    """
    told = gate_call(folder, "preview", {"nonce": nonce})
    body = base64.b64decode(text(told, "body_base64"))
    body_sha256 = hashlib.sha256(body).hexdigest()
    if body_sha256 != text(told, "body_sha256"):
        raise GateUnreachable("The gate's preview does not match its own hash.")
    return Preview(nonce=nonce, body=body, body_sha256=body_sha256, told=told)
