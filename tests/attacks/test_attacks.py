"""Hostile programs: each gets a verdict that it may have, and leaves everything as it was.

The programs are data: `README.md` says how they are written down.
"""

from __future__ import annotations

import pytest

from tests.attacks.programs import Attack, attacks, languages
from tests.attacks.world import World

pytestmark = [pytest.mark.slow, pytest.mark.attack]
ALL = [attack for language in languages() for attack in attacks(language)]


@pytest.mark.parametrize("attack", ALL, ids=lambda attack: attack.id)
def test_is_withstood(world: World, attack: Attack) -> None:
    world.check(attack, world.attack(attack))


def test_input_that_nobody_reads_is_not_waited_for(world: World) -> None:
    cases = [{"stdin": "x" * (64 << 20), "expected": "answered"}]
    assert world.verify("python", "print('answered')\n", cases=cases).passed


@pytest.mark.parametrize("language", languages())
def test_ids_are_distinct(language: str) -> None:
    ids = [attack.id for attack in attacks(language)]
    assert len(ids) == len(set(ids)), sorted(one for one in ids if ids.count(one) > 1)
