from __future__ import annotations

import pytest
from person import Person

from aspen.core.isolation import JailLevel
from aspen.jail.availability import best_level, what_this_system_offers
from aspen.jail.landlock import kernel_abi
from aspen.jail.probes import ENGINE_PROBES


@pytest.mark.usefixtures("me")
def test_the_offer_is_measured_in_a_child() -> None:
    offer = what_this_system_offers()
    assert offer.confinement.landlock_abi == kernel_abi()
    assert {probe.name for probe in offer.report.probes} >= ENGINE_PROBES
    assert offer.level == (JailLevel.L3 if offer.confinement.has_namespaces else JailLevel.L2)


@pytest.mark.usefixtures("me")
def test_the_best_level_is_the_one_that_was_seen() -> None:
    assert best_level() == what_this_system_offers().level


def test_a_person_who_asks_gets_an_answer_also_as_an_ordinary_user(person: Person) -> None:
    assert person.ask("inside.py", "offer").strip() in {"L2", "L3"}
