"""Budgets end a run without losing anything, and without changing what it would have made."""

import asyncio

import pytest

from codegen.errors import UsageError
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.model.contract import Message, Reply, Request
from codegen.records import Usage
from codegen.synthesis.allowance import Allowance, BudgetSpent, Meter, MeteredModel, Prices
from codegen.synthesis.registry import Registry

REQUEST = Request("problem", (Message("user", "?"),))


class Slow:
    """A model whose calls take a while and are counted when they have come back."""

    name, revision = "slow", "1"

    def __init__(self, model):
        self.model = model
        self.begun = self.ended = 0

    async def complete(self, request):
        self.begun += 1
        await asyncio.sleep(0.02)
        replies = await self.model.complete(request)
        self.ended += 1
        return replies

    async def close(self):
        pass


def read(folder):
    return [(folder / name).read_bytes() for name in ("examples.jsonl", "sft.jsonl")]


@pytest.mark.slow
@pytest.mark.parametrize("budget", ["tokens", "cost"])
async def test_a_run_in_small_pieces_gives_the_records_of_one(synthesize, tmp_path, budget):
    settings = {"langs": "py", "limit": None, "target": 4, "inputs": 6, "derive": ()}
    teacher = Slow(BuiltinTeacher(mistakes=Mistakes.at(0.3), seed=2))
    whole, _ = await synthesize(teacher, folder=tmp_path / "whole", **settings)
    pieces, spent, starts = Slow(teacher.model), 0, 0
    while True:
        starts += 1
        spent += 6_000
        allowance = {
            "tokens": Allowance(tokens=spent),
            "cost": Allowance(cost=spent / 1e6, prices=Prices(1, 1)),
        }[budget]
        records, _ = await synthesize(
            pieces,
            folder=tmp_path / "pieces",
            allowance=allowance,
            concurrency=1 + starts % 4,
            **settings,
        )
        if sum(record.status == "accepted" for record in records) == 4:
            break
    assert starts > 2
    assert records == whole and read(tmp_path / "pieces") == read(tmp_path / "whole")
    assert pieces.begun == pieces.ended == teacher.begun


@pytest.mark.slow
async def test_what_was_under_way_is_in_the_journal(synthesize, tmp_path):
    slow = Slow(BuiltinTeacher(mistakes=Mistakes.none()))
    settings = {"langs": "py", "target": 4, "limit": None, "inputs": 6, "concurrency": 8}
    await synthesize(slow, folder=tmp_path / "run", allowance=Allowance(tokens=1), **settings)
    assert slow.begun == slow.ended == 4
    await synthesize(slow, folder=tmp_path / "run", allowance=Allowance(tokens=2), **settings)
    assert slow.begun == 4


async def test_no_call_is_made_once_a_budget_is_spent(scripted):
    model = scripted(lambda _: "")
    meter = Meter(Allowance(tokens=20), Usage(1, 4, 0))
    metered = MeteredModel(model, meter)
    await metered.complete(REQUEST)
    await metered.complete(REQUEST)
    with pytest.raises(BudgetSpent, match="tokens"):
        await metered.complete(REQUEST)
    assert len(model.requests) == 2 and meter.usage == Usage(3, 24, 10)


def test_each_budget_is_told_by_its_name():
    now = [0.0]
    prices = Prices(2.0, 8.0)
    usage = Usage(1, 1_000_000, 500_000)
    assert Meter(Allowance(), usage).spent() is None
    assert Meter(Allowance(tokens=1_500_000), usage).spent() == "tokens"
    assert Meter(Allowance(cost=6.01, prices=prices), usage).spent() is None
    assert Meter(Allowance(cost=6.0, prices=prices), usage).spent() == "cost"
    timed = Meter(Allowance(seconds=3), clock=lambda: now[0])
    assert timed.spent() is None
    now[0] = 3.0
    assert timed.spent() == "time"


def test_a_server_that_does_not_count_is_no_basis_for_a_budget_of_tokens():
    with pytest.raises(UsageError, match="--max-time"):
        Meter(Allowance(tokens=9)).add(Reply("text"))
    Meter(Allowance(seconds=9)).add(Reply("text"))


async def test_whoever_waits_for_one_that_gave_up_is_told_so():
    registry = Registry()
    later = asyncio.ensure_future(registry.claim(2, None))
    await asyncio.sleep(0)
    registry.give_up(1, BudgetSpent("time"))
    with pytest.raises(BudgetSpent, match="time"):
        await later
    assert await registry.claim(0, None) is None
    with pytest.raises(BudgetSpent):
        await registry.claim(3, None)
