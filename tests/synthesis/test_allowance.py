"""Budgets end a run without losing anything, and without changing what it would have made."""

import asyncio
from array import array

import pytest

from codegen.errors import UsageError
from codegen.journal import Journal, JournaledEmbedder
from codegen.model.builtin import BuiltinTeacher, Mistakes
from codegen.model.contract import Message, Reply, Request
from codegen.records import Usage
from codegen.synthesis.allowance import Allowance, BudgetSpent, Meter, Prices
from codegen.synthesis.metered import MeteredEmbedder, MeteredModel
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
    spent = {("tiny", "problem"): usage}
    assert Meter.resumed(Allowance(cost=6.01, prices=prices), spent).spent() is None
    assert Meter.resumed(Allowance(cost=6.0, prices=prices), spent).spent() == "cost"
    timed = Meter(Allowance(seconds=3), clock=lambda: now[0])
    assert timed.spent() is None
    now[0] = 3.0
    assert timed.spent() == "time"


@pytest.mark.parametrize(
    ("prices", "cost"),
    [
        (Prices(2, 8), 2 * 1.0 + 8 * 0.5),
        (Prices(2, 8, cached=0.5), 2 * 0.6 + 0.5 * 0.4 + 8 * 0.5),
        (Prices(2, 8, reasoning=4), 2 * 1.0 + 8 * 0.3 + 4 * 0.2),
        (Prices(0, 0, cached=0, reasoning=10), 10 * 0.2),
    ],
)
def test_what_was_cached_or_thought_may_have_a_price_of_its_own(prices, cost):
    usage = Usage(1, 1_000_000, 500_000, cached_tokens=400_000, reasoning_tokens=200_000)
    assert prices.cost(usage) == pytest.approx(cost)


def test_every_model_has_its_prices_and_one_that_embeds_none_unless_they_are_given():
    usage = Usage(1, 1_000_000, 0)
    spent = {("big", "problem"): usage, ("small", "review"): usage, ("e", "embedding"): usage}
    own = {"small": Prices(prompt=0.5)}
    assert Meter.resumed(Allowance(prices=Prices(2), models=own), spent).cost == 2.5
    own["e"] = Prices(prompt=0.25)
    meter = Meter.resumed(Allowance(tokens=3_000_000, prices=Prices(2), models=own), spent)
    assert meter.cost == 2.75 and meter.spent() == "tokens"


class Vectors:
    """An embedder that counts a token for each word."""

    name, revision, tokens = "e", "1", 3

    async def embed(self, texts):
        self.tokens += sum(len(text.split()) for text in texts)
        return [array("f", [1.0]) for _ in texts]

    def expect(self, dimension):
        assert dimension == 1


async def test_tokens_of_vectors_count_and_end_a_run_and_are_in_the_journal(tmp_path):
    meter = Meter(Allowance(tokens=5, models={"e": Prices(prompt=1)}))
    with Journal.open(tmp_path) as journal:
        embedder = JournaledEmbedder(MeteredEmbedder(Vectors(), meter), journal)
        await embedder.embed(["a b", "c"])
        await embedder.embed(["a b"])
        await embedder.embed(["d e"])
        with pytest.raises(BudgetSpent, match="tokens"):
            await embedder.embed(["f"])
        assert await embedder.embed(["c"]), "what the journal holds is given"
        assert sum(journal.usage().values(), Usage()).prompt_tokens == 5
        again = Meter.resumed(meter.allowance, journal.usage_by_model())
    assert (again.usage.tokens, again.cost) == (meter.usage.tokens, pytest.approx(meter.cost))


class Silent:
    """A model whose server counts nothing."""

    name, revision = "silent", "1"

    async def complete(self, _):
        return (Reply("text"),)


async def test_a_server_that_does_not_count_is_no_basis_for_a_budget_of_tokens():
    with pytest.raises(UsageError, match="--max-time"):
        await MeteredModel(Silent(), Meter(Allowance(tokens=9))).complete(REQUEST)
    await MeteredModel(Silent(), Meter(Allowance(seconds=9))).complete(REQUEST)


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
