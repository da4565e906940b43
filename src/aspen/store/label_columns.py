"""A label as five columns of a table. What cannot be read as a label stays here."""

from __future__ import annotations

import json
from typing import Final

from aspen.core.label import Label, label_from_json
from aspen.database.connection import Row
from aspen.store.json_text import to_json_text

LABEL_COLUMNS: Final = "sensitivity, source, reasons, providers, beneath"
LABEL_PLACES: Final = "?, ?, ?, ?, ?"
LABEL_REPLACED: Final = ", ".join(f"{column} = excluded.{column}" for column in LABEL_COLUMNS.split(", "))
"""What an INSERT that finds its row there already sets instead."""

LabelRow = tuple[str, str, str, str | None, str]


def label_to_row(label: Label) -> LabelRow:
    """Return the values of `LABEL_COLUMNS`."""
    providers = None if label.providers is None else to_json_text(sorted(label.providers))
    sensitivity, source, beneath = (each.name.lower() for each in (label.sensitivity, label.source, label.beneath))
    return sensitivity, source, to_json_text(label.reasons), providers, beneath


def label_from_row(row: Row) -> Label:
    """Rebuild a label from the values of `LABEL_COLUMNS`."""
    sensitivity, source, reasons, providers, beneath = row
    return label_from_json(
        {
            "sensitivity": sensitivity,
            "source": source,
            "reasons": json.loads(reasons),
            "providers": None if providers is None else json.loads(providers),
            "beneath": beneath,
        }
    )
