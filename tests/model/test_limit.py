"""How many requests a server is given at once; the servers live on a clock of their own."""

import heapq
import itertools
from collections import deque
from random import Random

import pytest

from codegen.errors import UsageError
from codegen.model.limit import Bounds, Limit


class Simulation:
    """A server that batches: a step takes `base_s` and `each_s` more for each of the answers.

    At most `slots` answers are made at a time; others wait, and beyond `queue` are refused.
    """

    lengths: tuple[tuple[int, int], ...] = ((20, 400),)  # of the answers, in turn

    def __init__(
        self, slots, *, base_s=0.02, each_s=0.0001, queue=100_000, bounds=None, demand=4000
    ):
        self.slots, self.base_s, self.each_s, self.queue = slots, base_s, each_s, queue
        self.now = 0.0
        self.limit = Limit(bounds or Bounds(), clock=lambda: self.now)
        self.demand = demand
        self.random = Random(1)
        self.work = 0
        self.refused = 0

    def run(self, answers):
        waiting, making, done = deque(), [], 0
        steps = 0.0  # of every answer under way, so far
        order = itertools.count()
        while done < answers:
            while len(waiting) + len(making) < min(self.limit.value, self.demand):
                if len(waiting) >= self.queue:
                    self.refused += 1
                    self.limit.overloaded(self.now)
                    break
                lengths = self.lengths[done // 800 % len(self.lengths)]
                waiting.append(self.random.randint(*lengths))
            while waiting and len(making) < self.slots:
                length = waiting.popleft()
                heapq.heappush(making, (steps + length, next(order), length))
            end, _, length = heapq.heappop(making)
            self.now += (end - steps) * (self.base_s + self.each_s * (len(making) + 1))
            steps = end
            self.work += length
            done += 1
            self.limit.answered(length, len(waiting) + len(making) + 1)


def rate(slots, limit, **server):
    fixed = Simulation(slots, bounds=Bounds(limit, limit, limit), **server)
    fixed.run(20_000)
    return fixed.work / fixed.now


@pytest.mark.parametrize("slots", [16, 100, 256, 700])
def test_finds_what_keeps_a_server_busy_and_stays_there(slots):
    server = Simulation(slots)
    server.run(20_000)
    before, started = server.work, server.now
    server.run(60_000)
    assert (server.work - before) / (server.now - started) > 0.95 * rate(slots, 1024)
    assert server.limit.value <= max(3 * slots, 96)


def test_grows_where_more_requests_slow_each_other_down_and_still_bring_more():
    # at 512 a step takes four times as long as alone, and the server does 130 times as much
    server = Simulation(512, base_s=0.01, each_s=0.00006)
    server.run(20_000)
    assert server.limit.value >= 400


def test_goes_down_where_the_server_refuses_and_up_again():
    server = Simulation(32, queue=8)
    server.run(10_000)
    assert 28 <= server.limit.value <= 60
    assert server.refused < 100
    server.queue, server.slots = 100_000, 256
    server.run(60_000)
    assert server.limit.value >= 200


def test_a_storm_of_refusals_counts_once():
    limit = Limit(Bounds(100, 1, 1000), clock=iter(range(1000)).__next__)
    sent = limit._clock()
    for _ in range(50):
        limit.overloaded(sent)
    assert limit.value == 70


def test_does_not_grow_without_demand():
    server = Simulation(256, demand=20)
    server.run(20_000)
    assert server.limit.value == 64


def test_keeps_its_bounds():
    server = Simulation(1000, bounds=Bounds(8, 2, 50))
    server.run(5_000)
    assert server.limit.value == 50
    while server.limit.value > 2:
        server.limit.overloaded(server.now)
    server.limit.overloaded(server.now)
    assert server.limit.value == 2
    server.limit.restart()
    assert server.limit.value == 8


@pytest.mark.parametrize("bounds", [(4, 8, 100), (200, 4, 100), (4, 0, 10)])
def test_refuses_bounds_that_make_no_sense(bounds):
    with pytest.raises(UsageError, match="first"):
        Bounds(*bounds)


class Phases(Simulation):
    """A run whose lives go in step: first all ask for long answers, then all for short ones."""

    lengths = ((300, 600), (20, 60), (60, 200))


@pytest.mark.parametrize("slots", [64, 256])
def test_answers_that_grow_shorter_are_no_reason_to_ask_for_fewer(slots):
    """Half a window had the short answers of a growth alone: the limit went back to 128."""
    fixed = Phases(slots, bounds=Bounds(2 * slots, 2 * slots, 2 * slots))
    fixed.run(8000)
    found = Phases(slots)
    found.run(8000)
    assert found.work / found.now >= 0.9 * fixed.work / fixed.now
