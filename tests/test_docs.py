"""What the documents say is true: names, commands, links, code; and the site builds strictly."""

from __future__ import annotations

import ast
import dataclasses
import html
import re
import subprocess
import sys
import tomllib
import typing
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from codegen.cli import cli
from codegen.language import Language, get, names
from codegen.model.builtin import Mistakes, families, problem_count
from codegen.records import Comparator, Example, Outcome, Severity, Stage
from codegen.sandbox.environment import Environment
from codegen.schema import DiagnosticParser, Scaffold

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
README = ROOT / "README.md"
PAGES = sorted(DOCS.glob("*.md"))
DOCUMENTS = [README, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *PAGES]
BLOCK = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(path: Path, language: str) -> list[str]:
    return [m[2] for m in BLOCK.finditer(path.read_text("utf-8")) if m[1] == language]


def records_within(kind: type) -> set[type]:
    """Every dataclass that a value of `kind` can hold, itself included."""
    found: set[type] = set()
    pending: list[object] = [kind]
    while pending:
        current = pending.pop()
        pending.extend(typing.get_args(current))
        if not isinstance(current, type) or not dataclasses.is_dataclass(current):
            continue
        if current not in found:
            found.add(current)
            pending.extend(typing.get_type_hints(current).values())
    return found


def fields_within(kind: type) -> set[str]:
    return {field.name for one in records_within(kind) for field in dataclasses.fields(one)}


def named_in(page: str) -> set[str]:
    """Every word that a page sets as code."""
    spans = re.findall(r"`([^`\n]+)`", BLOCK.sub("", (DOCS / page).read_text("utf-8")))
    return {word for span in spans for word in re.findall(r"[A-Za-z_]\w*", span)}


def commands(command: click.Command, path: str = "codegen") -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None, f"{path} {name}"
            yield from commands(inner, f"{path} {name}")


def test_every_command_and_option_has_help() -> None:
    for path, command in commands(cli):
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                shown = parameter.help or parameter.show_default
                assert shown, f"{path} {parameter.opts[0]}"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="the dependency group `docs` is not installed")
    out = tmp_path_factory.mktemp("site")
    command = [
        sys.executable,
        "-m",
        "mkdocs",
        "build",
        "--strict",
        "--quiet",
        "--site-dir",
        str(out),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def test_the_site_builds_strictly_and_names_every_command_and_option(site: Path) -> None:
    page = (site / "command-line.html").read_text("utf-8")
    text = html.unescape(re.sub(r"<[^>]+>", "", page))
    assert "Sentinel" not in text
    for path, command in commands(cli):
        assert path in text, path
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert all(name in text for name in parameter.opts), f"{path} {parameter.opts}"


def test_the_site_fetches_nothing_from_elsewhere(site: Path) -> None:
    fetched = re.compile(r"<(?:script|img|link)[^>]*?(?:src|href)=\"?(https?:)?//")
    for page in site.rglob("*.html"):
        found = fetched.search(page.read_text("utf-8"))
        assert found is None, f"{page.name}: {found and found[0]}"


def test_every_page_is_in_the_navigation() -> None:
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    listed = re.findall(r"([\w-]+\.md)$", config, re.MULTILINE)
    assert sorted(listed) == [page.name for page in PAGES]


def test_every_field_of_an_example_is_on_its_page() -> None:
    assert fields_within(Example) - named_in("record.md") == set()


def test_every_key_of_a_language_is_on_its_page() -> None:
    keys = fields_within(Language) - {"home", "chosen"} | fields_within(Environment)
    choices = {*typing.get_args(DiagnosticParser), *typing.get_args(Scaffold)}
    text = (DOCS / "languages.md").read_text("utf-8")
    assert keys - named_in("languages.md") == set()
    assert {choice for choice in choices if f"`{choice}`" not in text} == set()


def test_the_builtin_teachers_size_is_as_written() -> None:
    text = (DOCS / "models.md").read_text("utf-8")
    assert f"{len(families())} families of problems" in text
    assert f"{problem_count():,} problems in all" in text


def test_the_builtin_teachers_mistakes_are_as_written() -> None:
    text = (DOCS / "models.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)`.*\| ([\d.]+) \|$", text, re.MULTILINE))
    rates = {name: str(rate) for name, rate in dataclasses.asdict(Mistakes()).items()}
    assert rows == rates


@pytest.mark.parametrize("kind", [Outcome, Stage, Severity, Comparator])
def test_every_verdict_and_comparator_is_on_the_verifiers_page(kind: type[Outcome]) -> None:
    assert {str(one) for one in kind} - named_in("verifier.md") == set()


@pytest.mark.parametrize("name", names())
def test_what_lists_languages_lists_every_one(name: str) -> None:
    title, aliases = get(name).title, get(name).aliases
    page = (DOCS / "verifier.md").read_text("utf-8")
    tests, linters, types = (
        page.split(head)[1].split("\n#")[0] for head in ("### Native", "### Lint", "## Types")
    )
    images = (DOCS / "sandbox.md").read_text("utf-8").split("The images take")[1].split("\n\n")[0]
    assert all(title in part for part in (tests, linters, types, images))
    command = cli.get_command(click.Context(cli), "verify")
    assert command is not None
    told = [one.help or "" for one in command.params if isinstance(one, click.Option)]
    (said,) = (one for one in told if one.startswith("The language of"))
    assert {*aliases, name} & set(re.findall(r"\w+", said))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_python_and_toml_examples_are_well_formed(path: Path) -> None:
    for code in blocks(path, "python"):
        ast.parse(code)
    for text in blocks(path, "toml"):
        tomllib.loads(text)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_codegen_commands_in_examples_exist(path: Path) -> None:
    known = dict(commands(cli))
    for script in blocks(path, "bash"):
        for line in script.replace("\\\n", " ").splitlines():
            words = line.split("#")[0].split()
            if words[:1] != ["codegen"]:
                continue
            name = next(n for n in (3, 2, 1) if " ".join(words[:n]) in known)
            command = known[" ".join(words[:name])]
            accepted = {o for p in command.params for o in p.opts} | {"--help"}
            ours = words[: words.index("--")] if "--" in words else words
            used = {word.split("=")[0] for word in ours if word.startswith("--")}
            if name == 1:
                accepted.add("--version")
            assert used <= accepted, line


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_in_documents_exist(path: Path) -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    known = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    text = path.read_text("utf-8")
    named = re.findall(r"`make ([a-z]+)", text)
    named += [
        m
        for block in blocks(path, "bash")
        for m in re.findall(r"^make ([a-z]+)", block, re.MULTILINE)
    ]
    assert set(named) <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_relative_links_lead_somewhere(path: Path) -> None:
    text = BLOCK.sub("", path.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://", "#")):
            continue
        assert (path.parent / target.split("#")[0]).exists(), target


def tree_map() -> Iterator[Path]:
    """The paths of the map at the end of the README: folders, and what is drawn below them."""
    drawn = BLOCK.search(README.read_text("utf-8").split("## The tree", 1)[1])
    assert drawn is not None
    folder = ROOT
    for line in drawn[2].splitlines():
        branch, name = re.fullmatch(r"((?:├── |└── )?)(\S+) .+", line).groups()  # type: ignore[union-attr]
        if not branch:
            folder = ROOT / name
        yield folder / name if branch else folder


def test_the_map_of_the_tree_names_only_what_exists() -> None:
    mapped = list(tree_map())
    assert len(mapped) > 20
    assert [str(path) for path in mapped if not path.exists()] == []


def test_the_map_of_the_tree_names_every_part_of_the_package() -> None:
    mapped = set(tree_map())
    parts = {p for p in (ROOT / "codegen").iterdir() if not p.name.startswith(("_", "."))}
    assert {p.name for p in parts if p.suffix != ".typed"} - {p.name for p in mapped} == set()


@pytest.mark.slow
@pytest.mark.parametrize("path", [README, DOCS / "verifier.md"], ids=lambda path: path.name)
def test_verifier_examples_run(path: Path, tmp_path: Path) -> None:
    examples = [code for code in blocks(path, "python") if "Verifier(" in code]
    assert examples
    for code in examples:
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=600
        )
        assert done.returncode == 0, done.stderr
        for line in re.findall(r"print\(.*\)  # (.+)", code):
            assert line in done.stdout, line
