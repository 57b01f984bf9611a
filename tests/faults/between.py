"""The middle of a network: a model's server on one side, a run on the other, each in its own.

Run as a program in a network namespace: calm|bad FOLDER. It makes two more, joined to this one by
cables, and passes on what is sent between them. In a bad network every piece comes late, one packet
in twenty is lost, for two seconds all are, and then the connections are forgotten that wait for an
answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from aiohttp import web

from tests.cli.test_synthesize_server import Server

LATE_S, CUT_S = 0.02, 2.0
CUT_AFTER = 2  # answers of the model
LOSS = ["-m", "statistic", "--mode", "random", "--probability", "0.05", "-j", "DROP"]
RUN = ["synthesize", "--sandbox", "local", "--langs", "py", "--target", "2", "--inputs", "6"]
RUN += ["--derive", "none", "--cpu", "2", "--model", "teacher"]


class Steady(Server):
    """A server that puts nobody off: what is asked twice, the network has lost."""

    async def _chat(self, request: web.Request) -> web.Response:
        self.asked = 0
        answer: web.Response = await super()._chat(request)
        return answer


def here(*words: str) -> None:
    subprocess.run(words, check=True)


@contextlib.contextmanager
def namespace(name: str, net: str) -> Iterator[list[str]]:
    """Make a network that this one has a cable to; yield what goes before a command in it."""
    with subprocess.Popen(["unshare", "--net", "sleep", "infinity"]) as holder:
        try:
            ours = Path("/proc/self/ns/net").readlink()
            while Path(f"/proc/{holder.pid}/ns/net").readlink() == ours:
                time.sleep(0.01)
            there = ["nsenter", f"--net=/proc/{holder.pid}/ns/net"]
            pid, far = str(holder.pid), f"{name}-far"
            here("ip", "link", "add", name, "type", "veth", "peer", "name", far, "netns", pid)
            here("ip", "address", "add", f"{net}.1/30", "dev", name)
            here("ip", "link", "set", name, "up")
            here(*there, "ip", "address", "add", f"{net}.2/30", "dev", far)
            for device in (far, "lo"):
                here(*there, "ip", "link", "set", device, "up")
            yield there
        finally:
            holder.kill()


class Middle:
    """Passes on what is sent, to one address; `late` by so many seconds."""

    def __init__(self, host: str, port: int, late: float) -> None:
        self._to, self._late = (host, port), late
        self._waiting: dict[asyncio.StreamWriter, bool] = {}
        self._answered = 0
        self._begun, self._asked = asyncio.Event(), asyncio.Event()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(*self._to)
        self._waiting[writer] = False
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, far_writer, writer, asks=True))
                both.create_task(self._pass(far_reader, writer, writer, asks=False))
        except* OSError:
            pass  # either side has gone, and the other is told below
        finally:
            del self._waiting[writer]
            for one in (writer, far_writer):
                one.transport.abort()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        of: asyncio.StreamWriter,
        *,
        asks: bool,
    ) -> None:
        while piece := await reader.read(1 << 16):
            self._note(of, piece, asks=asks)
            await asyncio.sleep(self._late)
            writer.write(piece)
            await writer.drain()
        raise ConnectionResetError

    def _note(self, of: asyncio.StreamWriter, piece: bytes, *, asks: bool) -> None:
        """See who waits for the model; what is asked of the server itself is no call."""
        if asks and piece.startswith(b"POST"):
            self._waiting[of] = True
            self._asked.set()
        elif not asks and self._waiting[of]:
            self._waiting[of] = False
            self._answered += 1
            if self._answered == CUT_AFTER:
                self._begun.set()

    async def cut(self) -> None:
        """Let nothing through for a while, and forget who waits for an answer afterwards."""
        await self._begun.wait()
        here("iptables", "-w", "-I", "INPUT", "1", "-j", "DROP")
        await asyncio.sleep(CUT_S)
        here("iptables", "-w", "-D", "INPUT", "1")
        if not any(self._waiting.values()):
            self._asked.clear()
            await self._asked.wait()
        for writer, waits in self._waiting.items():
            if waits:
                writer.transport.abort()


async def main(network: str, folder: str, beyond: list[str], behind: list[str]) -> int:
    program = [sys.executable, "-m", "tests.faults.between", "serve", "10.77.1.2"]
    server = await asyncio.create_subprocess_exec(
        *beyond, *program, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdout is not None and server.stdin is not None
    port = int(await server.stdout.readline())
    bad = network == "bad"
    middle = Middle("10.77.1.2", port, LATE_S if bad else 0.0)
    listening = await asyncio.start_server(middle.take, "10.77.2.1", 0)
    url = f"http://10.77.2.1:{listening.sockets[0].getsockname()[1]}/v1"
    if bad:
        here("iptables", "-w", "-A", "INPUT", *LOSS)
    cutting = asyncio.create_task(middle.cut()) if bad else None
    command = [*behind, sys.executable, "-m", "codegen", *RUN, "--base-url", url, "--out", folder]
    run = await asyncio.create_subprocess_exec(*command)
    code = await run.wait()
    server.stdin.close()
    await server.wait()
    if cutting is not None:
        assert cutting.done(), "the run was over before the network was cut"
        await cutting
    return code


def serve(host: str) -> None:
    """Serve until nobody is there any more who wants it."""
    with Steady(host=host) as server:
        sys.stdout.write(server.url.rpartition(":")[2].removesuffix("/v1") + "\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    else:
        with namespace("server", "10.77.1") as beyond, namespace("run", "10.77.2") as behind:
            sys.exit(asyncio.run(main(sys.argv[1], sys.argv[2], beyond, behind)))
