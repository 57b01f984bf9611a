"""The public surface: what can be imported, and what importing does not cost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import codegen

HEAVY = (
    *("aiohttp", "docker", "fastapi", "jinja2", "prometheus_client", "pydantic", "pytest", "rich"),
    *("sqlalchemy", "starlette", "tree_sitter", "uvicorn"),
)


def loaded_after(code: str) -> set[str]:
    report = f"import sys\n{code}\nprint('loaded', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", report], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


def test_the_public_names_are_sorted_and_each_once() -> None:
    assert list(codegen.__all__) == sorted(set(codegen.__all__))


def test_every_public_name_resolves_and_is_documented() -> None:
    for name in codegen.__all__:
        assert getattr(codegen, name).__doc__, name


def test_a_star_import_brings_exactly_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from codegen import *", names)
    assert set(names) - {"__builtins__"} == set(codegen.__all__)


def test_dir_names_what_can_be_imported() -> None:
    assert set(codegen.__all__) <= set(dir(codegen))


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(codegen, "no_such_name")


def test_type_information_is_shipped() -> None:
    assert Path(codegen.__file__).with_name("py.typed").is_file()


def test_importing_loads_nothing_heavy() -> None:
    assert not loaded_after("import codegen").intersection(HEAVY)


def test_help_loads_nothing_heavy() -> None:
    asked = """
import contextlib, io
from codegen.cli import main
sys.argv = ["codegen", "--help"]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()
"""
    assert not loaded_after(asked).intersection(HEAVY)
