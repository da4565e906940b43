"""For any models and any request: what is private never leaves, and nothing goes where its label forbids."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from strategies import cards, requests

from aspen.core.decision import Route
from aspen.core.label import Sensitivity
from aspen.core.model_card import ModelCard, Zone
from aspen.core.request import Purpose, Request
from aspen.privacy.joining import with_joined_label
from aspen.routing.choosing import choose

_lists_of_cards = st.lists(cards, max_size=4, unique_by=lambda card: card.name)
_defaults = st.sampled_from(["a", "b", "c", "d"])


def _zone(request: Request, known: list[ModelCard], default: str) -> Zone | None:
    """Where the words would go; None when they go nowhere."""
    decision = choose(with_joined_label(request), known, default)
    if not isinstance(decision, Route):
        return None
    return next(card.zone for card in known if card.name == decision.model)


@given(request_=requests, known=_lists_of_cards, default=_defaults)
def test_private_words_never_leave_the_machine(request_: Request, known: list[ModelCard], default: str) -> None:
    labels = [request_.label, *(message.label for message in request_.messages)]
    if any(label.sensitivity is Sensitivity.PRIVATE for label in labels):
        assert _zone(request_, known, default) in (None, Zone.MACHINE)


@given(request_=requests, known=_lists_of_cards, default=_defaults)
def test_only_public_words_of_a_chat_reach_a_cloud(request_: Request, known: list[ModelCard], default: str) -> None:
    if _zone(request_, known, default) is Zone.CLOUD:
        assert request_.purpose is Purpose.CHAT
        assert with_joined_label(request_).label.sensitivity is Sensitivity.PUBLIC


@given(request_=requests, known=_lists_of_cards, default=_defaults)
def test_a_request_goes_to_the_model_it_names_or_nowhere(
    request_: Request, known: list[ModelCard], default: str
) -> None:
    decision = choose(request_, known, default)
    if isinstance(decision, Route):
        assert decision.model == (default if request_.wanted_model == "auto" else request_.wanted_model)


@given(request_=requests, known=_lists_of_cards, default=_defaults)
def test_every_other_model_was_considered(request_: Request, known: list[ModelCard], default: str) -> None:
    decision = choose(request_, known, default)
    if isinstance(decision, Route):
        named = [decision.model, *(considered.model for considered in decision.considered)]
        assert sorted(named) == sorted(card.name for card in known)
