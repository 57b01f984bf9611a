"""Who runs next, without a server: fairness, the bound, giving up."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.serve.turns import Busy, Turns


async def held(turns: Turns, client: str, order: list[str], hold: asyncio.Event) -> None:
    async with turns.turn(client):
        order.append(client)
        await hold.wait()


async def settled() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def served(clients: list[str], slots: int = 1) -> list[str]:
    """The order in which requests that all wait are served, one at a time after the first."""
    order: list[str] = []
    turns, hold = Turns(slots, 1000), asyncio.Event()
    first = [asyncio.create_task(held(turns, "first", order, hold)) for _ in range(slots)]
    await settled()
    done = asyncio.Event()
    done.set()
    waiting = [asyncio.create_task(held(turns, one, order, done)) for one in clients]
    await settled()
    assert turns.waiting == len(clients)
    hold.set()
    await asyncio.gather(*first, *waiting)
    assert (turns.running, turns.waiting) == (0, 0)
    return order[slots:]


async def test_clients_take_turns_however_many_requests_one_has() -> None:
    assert await served(["a"] * 5 + ["b"] + ["c"] * 2) == ["a", "b", "c", "a", "c", "a", "a", "a"]


@given(st.lists(st.sampled_from("abc"), max_size=30), st.integers(1, 3))
def test_between_two_turns_of_a_client_every_other_that_waits_has_one(
    clients: list[str], slots: int
) -> None:
    order = asyncio.run(served(clients, slots))
    assert sorted(order) == sorted(clients)
    for at, client in enumerate(order):
        again = next((n for n in range(at + 1, len(order)) if order[n] == client), None)
        if again is not None:
            between = order[at + 1 : again]
            assert set(between) == set(order[again + 1 :]) - {client} | set(between)
            assert len(between) == len(set(between))


async def test_no_more_run_than_there_are_slots() -> None:
    order: list[str] = []
    turns, hold = Turns(2, 10), asyncio.Event()
    tasks = [asyncio.create_task(held(turns, str(n), order, hold)) for n in range(5)]
    await settled()
    assert (len(order), turns.running, turns.waiting) == (2, 2, 3)
    hold.set()
    await asyncio.gather(*tasks)


async def test_who_gives_up_leaves_no_trace_and_takes_no_turn() -> None:
    order: list[str] = []
    turns, hold = Turns(1, 10), asyncio.Event()
    tasks = [asyncio.create_task(held(turns, str(n), order, hold)) for n in range(4)]
    await settled()
    tasks[1].cancel()
    hold.set()
    tasks[2].cancel()  # perhaps in the moment in which its turn comes
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order in (["0", "3"], ["0", "2", "3"])
    assert (turns.running, turns.waiting) == (0, 0)


async def test_a_turn_that_comes_as_its_owner_gives_up_goes_to_the_next() -> None:
    order: list[str] = []
    turns, hold = Turns(1, 10), asyncio.Event()
    tasks = [asyncio.create_task(held(turns, str(n), order, hold)) for n in range(3)]
    await settled()
    hold.set()
    await asyncio.sleep(0)  # the first has passed its turn on; the second has not woken
    tasks[1].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert order[-1] == "2"
    assert (turns.running, turns.waiting) == (0, 0)


async def test_more_than_the_bound_are_told_when_to_come_again() -> None:
    turns, hold = Turns(1, 2), asyncio.Event()
    tasks = [asyncio.create_task(held(turns, "a", [], hold)) for _ in range(3)]
    await settled()
    with pytest.raises(Busy) as caught:
        turns.admit()
    assert 1 <= caught.value.retry_after_s <= 60
    hold.set()
    await asyncio.gather(*tasks)
    turns.admit()
