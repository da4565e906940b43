"""A request is as private as the most private thing that goes along with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from aspen.core.label import PUBLIC, UNSET, Label, LabelSource, Sensitivity
from aspen.core.message import Message, Role
from aspen.core.request import Request
from aspen.privacy.joining import with_joined_label

INTERNAL = Label(sensitivity=Sensitivity.INTERNAL, source=LabelSource.DETECTED, reasons=("a project name",))


@pytest.mark.parametrize(
    ("own", "of_messages", "joined"),
    [
        (PUBLIC, [], PUBLIC),
        (PUBLIC, [PUBLIC, INTERNAL], INTERNAL),
        (INTERNAL, [PUBLIC], INTERNAL),
        (PUBLIC, [INTERNAL, UNSET], replace(UNSET, beneath=Sensitivity.INTERNAL)),
    ],
)
def test_the_strictest_label_of_all_stands(own: Label, of_messages: list[Label], joined: Label) -> None:
    messages = tuple(Message.of_text(Role.USER, "words", label) for label in of_messages)
    assert with_joined_label(Request(request_id="1", messages=messages, label=own)).label == joined


def test_nothing_but_the_label_changes() -> None:
    request = Request(request_id="1", messages=(Message.of_text(Role.USER, "words", INTERNAL),), wanted_model="smol")
    labelled = with_joined_label(request)
    assert (labelled.request_id, labelled.messages, labelled.wanted_model) == ("1", request.messages, "smol")
