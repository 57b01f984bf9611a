"""A dataset of every kind of record, made by hand, some of it hostile."""

import contextlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import uvicorn

from codegen.curate.dataset import Dataset
from codegen.curate.draft import drafted
from codegen.records import (
    Alternative,
    Attempt,
    BackTranslation,
    Case,
    ChatMessage,
    Diagnostic,
    Example,
    Generation,
    Judgement,
    Limits,
    Lineage,
    Mutant,
    Outcome,
    Parameter,
    Planted,
    Problem,
    ProblemRecord,
    Refused,
    Seed,
    Severity,
    Signature,
    Stage,
    Strength,
    Usage,
    Verification,
    content_id,
)
from codegen.serve.listening import addresses, listen
from codegen.view.application import make_application
from codegen.view.library import Library

HOSTILE = (
    "<script>document.title = 'taken'</script><img src=x onerror=alert(1)> & \"quoted\" "
    "\x1b[31mred\x1b[0m \u202eesrever\u202c \ud800 {{ 7 * 7 }} ]]>"
)
CODE = "def add_all(values: list[int]) -> int:\n    total = 0\n    return sum(values)\n"
FAULTY = "def add_all(values: list[int]) -> int:\n    total = 1\n    return sum(values)\n"
LIMITS = Limits()
CASES = (
    Case("example-1", ([1, 2],), 3, "specification"),
    Case("input-1", ([],), 0, "consensus"),
)


def problem(title, statement, **more):
    signature = Signature("add_all", (Parameter("values", "list[int]"),), "int")
    made = Problem("", title, statement, signature, CASES[:1], **more)
    return replace(made, id=content_id(made))


def attempts():
    finding = Diagnostic("ruff", "F841", Severity.WARNING, "total is never used", "", 2, 5)
    first = Attempt(
        "python",
        *(0, "solution", 0, FAULTY, Outcome.LINT_ERROR, Stage.LINT),
        diagnostics=(finding,),
        call="c" * 64,
    )
    second = Attempt(
        "python",
        *(0, "repair", 1, CODE, Outcome.PASSED, Stage.RUN),
        feedback="ruff says that total is never used",
    )
    return first, second


def example(one, kind="solution", **more):
    verification = Verification(
        *("L5", Outcome.PASSED, "call", "local", "python:1", LIMITS, ("e" * 64,), 3),
        ("go", "python"),
    )
    survivor = Mutant("constant", 2, "    total = 0", "    total = 2")
    strength = Strength(
        *("python", 0.8, ("zero",)), made=5, killed=4, survivors=(survivor,), deterministic=True
    )
    made = Example(
        *("", kind, "python"),
        (ChatMessage("user", one.statement), ChatMessage("assistant", CODE, train=True)),
        *(CODE, one, Seed("taxonomy", "", topic="sums", skill="adding"), CASES, verification, ()),
        Generation("builtin", "r1", 0.8, 0.95, 4096, {"solution": "a" * 64}, (), Usage(1, 20, 10)),
        strength=strength,
    )
    made = replace(made, **more)
    return replace(made, id=content_id(made))


def examples_of(one):
    first = example(one, history=attempts())
    born = {"parent": first.id, "language": "python"}
    proof = BackTranslation("walkthrough", 3, 2, 0.66, "builtin", 0.1, "constant", 2, 0)
    score = Judgement("faithfulness", "b" * 64, "", agreed=True, score=2)
    worse = Alternative("faulty", FAULTY, Outcome.WRONG_ANSWER, 1, 2, 0.5, 1.0)
    dialogue = (
        ChatMessage("user", "Add all the values."),
        ChatMessage("assistant", FAULTY),
        ChatMessage("tool", "wrong answer"),
        ChatMessage("assistant", f"```python\n{CODE}```", train=True),
    )
    planted = Planted("constant", 2, "    total = 0", "    total = 1", FAULTY)
    return (
        first,
        example(
            one,
            "explanation",
            text="It adds up every value of the list.",
            back_translation=proof,
            judgements=(score,),
            lineage=Lineage("explained_from", **born),
        ),
        example(one, "preference", alternative=worse, lineage=Lineage("preferred_to", **born)),
        example(one, "conversation", messages=dialogue, lineage=Lineage("assembled_from", **born)),
        example(one, "debugging", planted=planted, lineage=Lineage("mutant_of", **born)),
    )


def record(index, one, examples=(), **more):
    defaults = {"status": "accepted", "reason": "", "cases": CASES, "attempts": attempts()}
    seed = Seed("code", "def seed(): pass", "repo", "a.py", 7, "python", "MIT")
    made = {**defaults, **more, "examples": examples, "usage": Usage()}
    return ProblemRecord(index=index, seed=seed, problem=one, **made)


@pytest.fixture(scope="session")
def records():
    sums = problem("Add all values", "Return the sum of the values of a list.", tags=("easy",))
    hostile = problem(HOSTILE, HOSTILE, constraints="x" * 70_000)
    refused = Refused("explanation", "python", "leaks_code", text="It says " + CODE)
    lost = problem("A riddle", "Nobody agrees about this zugzwang.")
    return (
        record(0, sums, examples_of(sums), refused=(refused,)),
        record(1, hostile, (example(hostile, code=HOSTILE, text=HOSTILE),)),
        record(2, lost, status="rejected", reason="no_consensus", detail="2 of 3 differ"),
        record(3, None, status="rejected", reason="unusable_problem", cases=(), attempts=()),
    )


def write(folder: Path, records) -> Path:
    with drafted(folder, force=True) as draft:
        draft.add_run(0, folder / "run", {}, [("builtin", "r1")])
        for one in records:
            draft.add(0, one)
        draft.flush()
        last = sum(len(one.examples) for one in records) - 1
        draft.drop([last], "leftover_tokens", ["chat tokens in the statement"])
        named = [one.id for each in records for one in each.examples][-1][:12]
        draft.find(0, "near_duplicate", f"much like {named}, {12 * '0'}")
        draft.finish({})
    return folder


@pytest.fixture
def folder(tmp_path, records):
    return write(tmp_path / "data", records)


@pytest.fixture
def library(folder):
    with Dataset.open(folder) as dataset, contextlib.closing(Library(dataset, folder)) as made:
        made.catalogue.fill()
        yield made


@pytest.fixture
def address(library):
    """A served library, on loopback."""
    listener = listen(*addresses("127.0.0.1", 0))
    config = uvicorn.Config(
        make_application(library, "anna"), lifespan="off", log_level="warning", access_log=False
    )
    server = uvicorn.Server(config)
    started = threading.Event()
    thread = threading.Thread(target=_serve, args=(server, listener, started), daemon=True)
    thread.start()
    assert started.wait(60)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(60)
    listener.close()


def _serve(server, listener, started):
    startup = server.startup

    async def announced(sockets=None):
        await startup(sockets)
        started.set()

    server.startup = announced
    server.run([listener])
