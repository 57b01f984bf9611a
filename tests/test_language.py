"""Languages as data: spelling, names, and a schema that refuses what it does not know."""

from __future__ import annotations

import shutil

import pytest

from codegen import language as languages
from codegen.errors import UsageError
from codegen.language import fill, load
from codegen.records import Parameter, Signature
from codegen.resources import folder


def signature(returns: str = "bool", **parameters: str) -> Signature:
    listed = tuple(Parameter(name, kind) for name, kind in parameters.items())
    return Signature("find_runs", listed, returns)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("python", "def find_runs(values: list[int], min_size: int) -> bool:"),
        ("rust", "pub fn find_runs(values: Vec<i64>, min_size: i64) -> bool"),
        ("go", "func findRuns(values []int, minSize int) bool"),
        ("javascript", "function findRuns(values, minSize) {"),
        ("typescript", "function findRuns(values: Array<number>, minSize: number): boolean {"),
    ],
)
def test_declaration_follows_the_language(name: str, expected: str) -> None:
    wanted = signature(values="list[int]", min_size="int")
    assert languages.get(name).declaration(wanted) == expected


@pytest.mark.parametrize(
    ("kind", "python", "rust", "go"),
    [
        ("float", "float", "f64", "float64"),
        ("str", "str", "String", "string"),
        ("map[str, list[int]]", "dict[str, list[int]]", "HashMap<String, Vec<i64>>", None),
        ("optional[float]", "float | None", "Option<f64>", "*float64"),
        ("list[bool]", "list[bool]", "Vec<bool>", "[]bool"),
        ("map[int, str]", "dict[int, str]", "HashMap<i64, String>", "map[int]string"),
        (
            "tuple[int, str, bool, float]",
            "tuple[int, str, bool, float]",
            "(i64, String, bool, f64)",
            "struct{ First int; Second string; Third bool; Fourth float64 }",
        ),
    ],
)
def test_types_are_spelled(kind: str, python: str, rust: str, go: str | None) -> None:
    expected = {"python": python, "rust": rust, "go": go or "map[string][]int"}
    for name, spelled in expected.items():
        assert spelled in languages.get(name).declaration(signature(returns=kind))


def test_a_keyword_gets_an_underscore() -> None:
    wanted = signature(type="int", func="int", lambda_="int")
    assert "type_: i64" in languages.get("rs").declaration(wanted)
    assert "func_ int" in languages.get("go").declaration(wanted)


def test_aliases_and_lists() -> None:
    found = languages.parse_list("py, rs,go,py")
    assert [one.name for one in found] == ["python", "rust", "go"]
    assert languages.get("Golang") is languages.get("go")
    assert list(languages.names()) == sorted(
        path.parent.name for path in folder("languages").glob("*/language.toml")
    )


@pytest.mark.parametrize("text", ["cobol", "py,cobol"])
def test_an_unknown_language_is_named_with_those_that_exist(text: str) -> None:
    with pytest.raises(
        UsageError, match=r"unknown language 'cobol'.*go \(go, golang\).*python \(py\)"
    ):
        languages.parse_list(text)


def test_an_empty_list_is_refused() -> None:
    with pytest.raises(UsageError, match="no language is named"):
        languages.parse_list(" , ")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ('colour = "blue"\n', "unknown key 'colour'"),
        ("scaffold = 3\n", "scaffold"),
        ("[lint.more]\n", "lint"),
        ("[mutation.places.more]\n", "mutation.places: unknown key 'more'"),
        ("[stubs.values.more]\n", r"\[stubs.values\] spells exactly bool"),
        ("x = [\n", "language.toml"),
    ],
)
def test_the_schema_is_closed(tmp_path, line: str, complaint: str) -> None:
    target = tmp_path / "go"
    shutil.copytree(folder("languages") / "go", target)
    file = target / "language.toml"
    text = file.read_text("utf-8")
    if line.startswith("scaffold"):
        text = text.replace('scaffold = "go"\n', "")
    file.write_text(line + text if not line.startswith("[") else text + line, "utf-8")
    with pytest.raises(UsageError, match=complaint):
        load(target)


def test_a_template_may_only_name_what_is_given() -> None:
    assert fill("$1 and $name", {"1": "a", "name": "b"}) == "a and b"
    with pytest.raises(UsageError, match=r"unknown \$other"):
        fill("$other", {"name": "b"})


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("lint = '('", "failures.lint: missing )"),
        ("style = 'x'", "failures: unknown class 'style' (known: syntax, "),
    ],
)
def test_a_class_of_error_and_its_pattern_are_checked(tmp_path, line: str, complaint: str) -> None:
    source = (folder("languages") / "python" / "language.toml").read_text("utf-8")
    (tmp_path / "language.toml").write_text(source.replace("[failures]", f"[failures]\n{line}"))
    with pytest.raises(UsageError) as raised:
        load(tmp_path)
    assert complaint in str(raised.value)


def test_a_mark_has_no_name_of_ours(tmp_path) -> None:
    target = tmp_path / "javascript"
    shutil.copytree(folder("languages") / "javascript", target)
    file = target / "language.toml"
    text = file.read_text("utf-8").replace("[marks.declared]", "[marks.names]")
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"marks\.names: \$names is taken"):
        load(target)
