"""Real answers of a model to HumanEval (MultiPL-E) as programs, for the verifier and bare tools.

    python -m benchmarks.humaneval_rows FOLDER

runs every row of `FOLDER/humaneval-{py,rs,go}.jsonl` with the machine's own toolchains, two at a
time, and prints how many pass and which do not. Outcomes are cached by content under the user's
cache folder. The rows are a benchmark: they must never get into a dataset.

Not here: the verifier's own verdicts on these programs.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from codegen import language as languages
from codegen.answer import AnswerError, extract_code
from codegen.answer.goheader import imports_of, written_imports
from codegen.answer.grammar import Kind
from codegen.answer.outline import outline
from codegen.answer.writing import joined
from codegen.language import Language

TIMEOUT_S = 60
_GO_TEST_IMPORTS = [("", '"fmt"'), ("", '"testing"')]


@dataclass(frozen=True, slots=True)
class Bare:
    """A program for the plain toolchain: its files, and the commands that must all succeed."""

    files: Mapping[str, str]
    commands: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One answer. `solution` is empty where no code was found; `tests` is for the verifier."""

    name: str
    language: str
    solution: str
    tests: str
    bare: Bare


def programs(language: Language, path: Path) -> Iterator[Row]:
    """Yield the rows of one file as programs."""
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        try:
            solution = extract_code(
                language, row["response"], prompt=row["prompt"], entry_point=row.get("entry_point")
            )
        except AnswerError:
            solution = ""
        tests = _TESTS[language.name](row, solution)
        yield as_row(language, row["name"], solution, tests)


def as_row(language: Language, name: str, solution: str, tests: str) -> Row:
    """Return a solution and tests that expect its names in scope as a row."""
    return Row(name, language.name, solution, tests, _BARE[language.name](solution, tests))


def _python_tests(row: Mapping[str, str], _solution: str) -> str:
    return f"{row['tests'].strip()}\n\n\ncheck({row['entry_point']})\n"


def _rust_tests(row: Mapping[str, str], _solution: str) -> str:
    return row["tests"].strip().removeprefix("}").strip() + "\n"


def _go_tests(row: Mapping[str, str], _solution: str) -> str:
    package = row["prompt"].split()[1]
    return f"package {package}\n\n{written_imports(_GO_TEST_IMPORTS)}\n\n{row['tests'].strip()}\n"


def _cpp_tests(row: Mapping[str, str], _solution: str) -> str:
    return row["tests"].strip().removeprefix("}").strip() + "\n"


def _java_tests(row: Mapping[str, str], _solution: str) -> str:
    """Put the `main`, written into the prompt's class, into a class that inherits its names."""
    imports = [line for line in row["prompt"].splitlines() if line.startswith("import ")]
    body = row["tests"].strip().removeprefix("}").strip()
    return "\n".join([*imports, "", "class Main extends Problem {", f"    {body}", ""])


def _script_tests(row: Mapping[str, str], _solution: str) -> str:
    return row["tests"].strip() + "\n"


def _python_bare(solution: str, tests: str) -> Bare:
    return Bare({"program.py": f"{solution}\n\n{tests}"}, (("python3", "program.py"),))


def _rust_bare(solution: str, tests: str) -> Bare:
    build = ("rustc", "--edition=2021", "-Awarnings", "-o", "program", "program.rs")
    return Bare({"program.rs": f"{solution}\n{tests}"}, (build, ("./program",)))


def _cpp_bare(solution: str, tests: str) -> Bare:
    # the flags of languages/cpp/prepare.sh but those that only make it faster
    build = ("g++", "-std=gnu++20", "-O0", "-D_GLIBCXX_ASSERTIONS", "-w", "-o", "program")
    return Bare({"program.cpp": f"{solution}\n{tests}"}, ((*build, "program.cpp"), ("./program",)))


def _java_bare(solution: str, tests: str) -> Bare:
    # javatuples, as languages/java/prepare.sh fetches it
    path = f".:{Path.home()}/.cache/codegen/jars/javatuples-1.2.jar"
    build = ("javac", "-nowarn", "-proc:none", "-cp", path, "Problem.java", "Main.java")
    run = ("java", "-ea", "-cp", path, "Main")
    return Bare({"Problem.java": solution, "Main.java": tests}, (build, run))


def _javascript_bare(solution: str, tests: str) -> Bare:
    return Bare({"program.js": f"{solution}\n{tests}"}, (("node", "program.js"),))


def _typescript_bare(solution: str, tests: str) -> Bare:
    build = (_tsc(), "--target", "esnext", "--strict", "false", "--ignoreConfig", "program.ts")
    return Bare({"program.ts": f"{solution}\n{tests}"}, (build, ("node", "program.js")))


@cache
def _tsc() -> str:
    """Return the plain compiler, as npm installs it, without npm's launcher around it."""
    folder = Path.home() / ".cache" / "codegen" / "tsc"
    found = folder.glob("node_modules/@typescript/typescript-linux-*/lib/tsc")
    if not any(found):
        folder.mkdir(parents=True, exist_ok=True)
        install = (
            "npm",
            "install",
            "--prefix",
            str(folder),
            "--ignore-scripts",
            "typescript@7.0.2",
        )
        subprocess.run(install, check=True, capture_output=True)
    return str(next(folder.glob("node_modules/@typescript/typescript-linux-*/lib/tsc")))


def _go_bare(solution: str, tests: str) -> Bare:
    language = languages.get("go")
    ours, theirs = outline(language, solution), outline(language, tests)
    imports = list(dict.fromkeys([*imports_of(ours), *imports_of(theirs)]))
    header = (Kind.PACKAGE, Kind.IMPORT)
    bodies = [
        joined(one, [item for item in one.items if item.kind not in header], 1)
        for one in (ours, theirs)
    ]
    package = tests.split()[1]
    program = "\n\n".join([f"package {package}", written_imports(imports), *bodies]) + "\n"
    files = {"program_test.go": program, "go.mod": "module program\n\ngo 1.24\n"}
    return Bare(files, (("go", "test", "-vet=off", "-count=1", "."),))


_TESTS = {
    "python": _python_tests,
    "rust": _rust_tests,
    "go": _go_tests,
    "cpp": _cpp_tests,
    "java": _java_tests,
    "javascript": _script_tests,
    "typescript": _script_tests,
}
_BARE = {
    "python": _python_bare,
    "rust": _rust_bare,
    "go": _go_bare,
    "cpp": _cpp_bare,
    "java": _java_bare,
    "javascript": _javascript_bare,
    "typescript": _typescript_bare,
}


def run_bare(bare: Bare) -> str:
    """Run a program with the machine's toolchain; return "" when it passes, else why it fails."""
    key = hashlib.sha256(json.dumps([dict(bare.files), bare.commands]).encode()).hexdigest()
    cache = Path.home() / ".cache" / "codegen" / "bare" / key
    if cache.exists():
        return cache.read_text("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        reason = run_commands(bare, Path(folder))
    cache.parent.mkdir(parents=True, exist_ok=True)
    cache.write_text(reason, "utf-8")
    return reason


def run_commands(bare: Bare, folder: Path) -> str:
    """Write a program into a folder and run it there; return "" when it passes, else why not."""
    for name, text in bare.files.items():
        (folder / name).write_text(text, "utf-8")
    return next(filter(None, (_run(command, folder) for command in bare.commands)), "")


def _environment() -> dict[str, str]:
    # node reads the bundle at every start, which would triple what a program costs
    kept = {name: v for name, v in os.environ.items() if name != "NODE_EXTRA_CA_CERTS"}
    return {**kept, "GOFLAGS": "-mod=mod"}


def _run(command: tuple[str, ...], folder: Path) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            env=_environment(),
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"{command[0]}: more than {TIMEOUT_S} s"
    output = (done.stdout + done.stderr)[-4000:]
    return "" if done.returncode == 0 else f"{command[0]} exits with {done.returncode}\n{output}"


def main(folder: Path) -> None:
    for alias in ("py", "rs", "go"):
        rows = list(programs(languages.get(alias), folder / f"humaneval-{alias}.jsonl"))
        with ThreadPoolExecutor(2) as pool:
            reasons = list(pool.map(lambda row: run_bare(row.bare), rows))
        failed = [(row.name, reason) for row, reason in zip(rows, reasons, strict=True) if reason]
        print(f"{alias}: {len(rows) - len(failed)} of {len(rows)} pass")
        for name, reason in failed:
            print(f"  {name}: {' | '.join(reason.strip().splitlines())[-150:]}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
