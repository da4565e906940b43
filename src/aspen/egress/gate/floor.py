"""The floor beneath all rules: what a label forbids a zone, looked at by itself. Pure, and knows no rule.

It holds even where the judgement above it should be wrong, and is so short that it can be checked by reading.
"""

from __future__ import annotations

from aspen.core.egress import Outbound
from aspen.core.label import LabelSource, Sensitivity
from aspen.core.model_card import Zone
from aspen.core.provider import Provider
from aspen.core.request import Purpose

_STRICTEST = {Zone.CLOUD: Sensitivity.PUBLIC, Zone.OWN_SERVERS: Sensitivity.INTERNAL}


def stands_on_floor(outbound: Outbound, provider: Provider) -> bool:
    """Whether the label lets these words reach a provider at all. The zone is that of the gate's own row."""
    label, strictest = outbound.label, _STRICTEST.get(provider.zone)
    if outbound.purpose is not Purpose.CHAT or not label.allows(provider.name) or strictest is None:
        return False
    if label.source is LabelSource.UNSET and not outbound.origin.is_named:
        return False
    return label.floor <= strictest
