"""The reference page of the command line says what the commands say."""

from __future__ import annotations

from reference_doc import PATH, render


def test_the_reference_page_is_what_the_commands_say() -> None:
    written = PATH.read_text("utf-8")
    assert written == render(), "Run `python tests/cli/reference_doc.py`."
