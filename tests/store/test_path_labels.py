"""What persons said of files and folders, as they said it."""

from __future__ import annotations

import os

from aspen.core.label import PUBLIC, Label, LabelSource, Sensitivity
from aspen.privacy.path_rules import DeclaredPath
from aspen.store.store import Store

STAYS = Label(sensitivity=Sensitivity.PRIVATE, source=LabelSource.DECLARED)
MAY_LEAVE = Label(sensitivity=Sensitivity.PUBLIC, source=LabelSource.DECLARED, providers=frozenset({"anthropic"}))
CASES = DeclaredPath(path="/cases", declared_as="/cases", label=STAYS, is_folder=True, device=1, inode=2)


def test_what_was_said_comes_back_with_its_numbers(store: Store) -> None:
    largest = 2**64 - 1
    odd_name = os.fsdecode(b"/caf\xe9\n\xff")
    file = DeclaredPath(
        path=odd_name, declared_as=odd_name, label=MAY_LEAVE, is_folder=False, device=largest, inode=2**63
    )
    store.path_labels.declare(CASES, file)
    assert store.path_labels.all() == (file, CASES)


def test_the_last_word_counts(store: Store) -> None:
    store.path_labels.declare(CASES)
    changed = DeclaredPath(path="/cases", declared_as="/cases", label=PUBLIC, is_folder=True, inode=7)
    store.path_labels.declare(changed)
    assert store.path_labels.all() == (changed,)


def test_what_was_said_through_a_link_is_taken_back_by_either_name(store: Store) -> None:
    for name in ("/home/link", "/mnt/disk/cases"):
        store.path_labels.declare(
            DeclaredPath(path="/mnt/disk/cases", declared_as="/home/link", label=STAYS, is_folder=True),
            DeclaredPath(path="/home/link", declared_as="/home/link", label=STAYS, is_folder=True),
        )
        assert store.path_labels.forget(name)
        assert store.path_labels.all() == ()
    assert not store.path_labels.forget("/nowhere")
