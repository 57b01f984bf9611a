"""Workers as Ray actors: one cluster, an asyncio actor for every few CPUs, with GPUs if need be.

Actors and not Ray Data: a life is a conversation with the loop (claims, budgets, what is drawn
next depends on what was accepted), not a row that goes through a pipeline; and Ray Data's stages
bound the rows in flight by blocks and batches, where a worker of our own bounds them by lives. Ray
does what it is good at: it places the actors, starts processes on whatever machines there are,
carries the messages, and tells when one is dead.

Ray is the optional extra `ray`, imported here and nowhere else.

Not here: what the workers do (`codegen.engine.worker`), and what is done about lost ones
(`codegen.engine.roster`).
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from codegen.engine.member import Line, LostError
from codegen.engine.messages import Opener, Order
from codegen.engine.worker import Worker
from codegen.errors import InfrastructureError, UsageError

LOCAL = "local"
MOST_CPUS = 16  # of a worker, where it is not said: one event loop feeds so many sandbox slots
CALLS = 10_000  # at once in a worker; lives bound themselves, and its news must always get through


@dataclass(frozen=True, slots=True)
class Place:
    """Where workers are to run. None: as many as there is room for, as large as a node, to 16 CPUs.

    `address` is `auto` (the cluster that this machine is part of, or RAY_ADDRESS), `local` (one of
    this machine's own, for this run), or a cluster's address. A worker sees only the GPUs that are
    its own; where it `loads` a model itself it has one if it is not said, and if there are any.
    """

    address: str = "auto"
    workers: int | None = None
    worker_cpus: int | None = None
    worker_gpus: int | None = None
    loads: bool = False


class RayLine:
    """The way to one actor; keeps the contract `codegen.engine.member.Line`."""

    def __init__(self, actor: Any) -> None:
        """Take an actor's handle."""
        self._actor = actor

    async def call(self, method: str, *args: Any) -> Any:
        """Call a method; see the contract."""
        from ray.exceptions import RayError, RayTaskError  # noqa: PLC0415 - an optional extra

        try:
            return await getattr(self._actor, method).remote(*args)
        except RayTaskError:
            raise  # a fault in our own code: its traceback is what is needed
        except RayError as error:
            raise LostError(str(error)) from error

    def cut(self) -> None:
        """Kill the actor."""
        import ray  # noqa: PLC0415 - an optional extra

        with contextlib.suppress(Exception):  # it is gone, or the cluster is
            ray.kill(self._actor)


@dataclass(frozen=True, slots=True)
class Node:
    """What a node of a cluster has."""

    cpus: int
    gpus: int

    def room(self, cpus: int, gpus: int) -> int:
        """Return how many workers with so much each fit on it."""
        return min(self.cpus // cpus, self.gpus // gpus) if gpus else self.cpus // cpus


@dataclass(slots=True)
class RaySite:
    """A cluster; keeps the contract `codegen.engine.roster.Site`."""

    place: Place
    opener: Opener
    environments: tuple[str, ...]
    cpus: int = 0
    gpus: int = 0

    async def room(self) -> int:
        """Return how many workers there should be; see the contract."""
        nodes = await asyncio.to_thread(_nodes)
        if not self.cpus:
            self.gpus = self._chosen_gpus(nodes)
            self.cpus = self._chosen_cpus([one for one in nodes if one.gpus >= self.gpus])
        room = sum(one.room(self.cpus, self.gpus) for one in nodes)
        return room if self.place.workers is None else self.place.workers

    def _chosen_gpus(self, nodes: list[Node]) -> int:
        """Return the GPUs of a worker."""
        wanted, largest = self.place.worker_gpus, max((one.gpus for one in nodes), default=0)
        if wanted is None:
            return min(1, largest) if self.place.loads else 0
        if self.place.workers is None and largest < wanted:
            raise UsageError(
                f"no node of the Ray cluster has {wanted} GPUs (the largest: {largest}); give"
                " --worker-gpus a smaller number or, where nodes come when they are asked for,"
                " --workers and --worker-cpus"
            )
        return wanted

    def _chosen_cpus(self, nodes: list[Node]) -> int:
        """Return the CPUs of a worker on nodes that have its GPUs: each has its share of them."""
        wanted, largest = self.place.worker_cpus, max((one.cpus for one in nodes), default=0)
        if self.place.workers is None and largest < (wanted or 1):
            raise UsageError(
                f"no node of the Ray cluster has {wanted or 'any'} CPUs (the largest: {largest});"
                " give --worker-cpus a smaller number or, where nodes come when they are asked"
                " for, --workers and --worker-cpus"
            )
        shares = [one.cpus // (one.gpus // self.gpus if self.gpus else 1) for one in nodes]
        return wanted or max(1, min(MOST_CPUS, min(shares, default=1)))

    def hire(self) -> Line:
        """Ask Ray for an actor; it starts where and when there is room."""
        import ray  # noqa: PLC0415 - an optional extra

        actor = ray.remote(Worker).options(
            num_cpus=self.cpus,
            num_gpus=self.gpus,
            max_restarts=0,  # another is hired, which is told anew what the run is
            max_concurrency=CALLS,
            scheduling_strategy="SPREAD",
        )
        return RayLine(actor.remote(self.opener, self.environments, self.cpus))

    def shared(self, order: Order) -> Any:
        """Put an order where all nodes find it, once."""
        import ray  # noqa: PLC0415 - an optional extra

        return ray.put(order)


@contextmanager
def connected(place: Place) -> Iterator[None]:
    """Connect to a cluster, or start one, for the time of the block.

    Raises:
        UsageError: Ray is not installed.
        InfrastructureError: there is no cluster at the address.
    """
    try:
        import ray  # noqa: PLC0415 - an optional extra
    except ImportError as error:
        raise UsageError(
            "--engine ray needs Ray: pip install 'codegen-forge[ray]', here and on every node"
        ) from error
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if place.address == LOCAL:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # nothing is sent anywhere
        options["include_dashboard"] = False
    try:
        ray.init(address=place.address, **options)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise InfrastructureError(
            f"there is no Ray cluster at {place.address} ({_first_line(error)}); start one with"
            " `ray start --head`, or give --ray-address"
        ) from error
    try:
        yield
    finally:
        ray.shutdown()


def _nodes() -> list[Node]:
    """Return every node that is alive and has a CPU."""
    import ray  # noqa: PLC0415 - an optional extra

    alive = (node["Resources"] for node in ray.nodes() if node["Alive"])
    found = [Node(int(one.get("CPU", 0)), int(one.get("GPU", 0))) for one in alive]
    return [one for one in found if one.cpus]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
