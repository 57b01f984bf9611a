"""Mixtures keep their proportions, hold their smaller subsets, and are never all a model's."""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen.errors import UsageError
from codegen.export.shards import Sizes
from codegen.mix.mixture import mix, shares_of
from codegen.mix.spec import Source, Spec, read_spec


def lines(path, rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def texts(name, count, **more):
    return [{"text": f"{name} {n}", "tokens": n % 7 + 1, **more} for n in range(count)]


@pytest.fixture
def real(tmp_path):
    rows = [
        {"content": f"people {n}", "lang": ("py", "rs", "c")[n % 3], "tokens": n % 5 + 1}
        for n in range(300)
    ]
    return lines(tmp_path / "real.jsonl", rows)


@pytest.fixture
def ours(tmp_path):
    """An export's folder, with rows for tests that must not be mixed in."""
    folder = tmp_path / "export"
    lines(folder / "pretrain" / "train-00000-of-00001.jsonl", texts("ours", 90, id="x"))
    lines(folder / "pretrain" / "test-00000-of-00001.jsonl", texts("held back", 50, id="x"))
    told = {"made_by": "codegen export", "model_made": True}
    (folder / "manifest.json").write_text(json.dumps(told))
    return folder / "pretrain"


def spec_of(real, ours, **more):
    sources = (
        Source(
            *("real", str(real), 0.75, "people"),
            columns={"text": "content"},
            domain="lang",
            domains={"py": 0.6, "rs": 0.4},
        ),
        Source("ours", str(ours), 0.25),
    )
    return Spec(("text",), sources, **more)


def rows_in(out, subset=100):
    parts = sorted(one for one in out.iterdir() if one.is_dir() and int(one.name) <= subset)
    return [
        json.loads(line)
        for part in parts
        for file in sorted(part.iterdir())
        for line in file.read_text("utf-8").splitlines()
    ]


def test_proportions_are_as_stated_by_source_and_domain(tmp_path, real, ours):
    made = mix(spec_of(real, ours, total=120), tmp_path / "out")
    rows = rows_in(tmp_path / "out")
    assert Counter((row["source"], row["domain"]) for row in rows) == {
        ("real", "py"): 54,
        ("real", "rs"): 36,
        ("ours", ""): 30,
    }
    assert {row["made_by"] for row in rows if row["source"] == "ours"} == {"model"}
    assert not any("held back" in row["text"] for row in rows)
    assert made.left["real"] == {"other_domain": 100}
    assert len({row["id"] for row in rows}) == 120
    assert {row["origin"] for row in rows} == {"x", ""}


def test_without_a_total_it_is_as_large_as_the_scarcest_source_allows(tmp_path, real, ours):
    made = mix(spec_of(real, ours), tmp_path / "out")
    assert made.total == int(min(100 / 0.45, 100 / 0.3, 90 / 0.25))
    assert (
        sum(row["source"] == "real" and row["domain"] == "py" for row in rows_in(tmp_path / "out"))
        == 100
    )


def test_tokens_are_counted_where_they_are_the_unit(tmp_path, real, ours):
    made = mix(spec_of(real, ours, unit="tokens", total=200), tmp_path / "out")
    shares = {(a, b): e for a, b, _, _, e in shares_of(made, 100)}
    assert shares["real", "py"] == pytest.approx(0.45, abs=0.03)
    assert shares["ours", ""] == pytest.approx(0.25, abs=0.03)
    size = sum(d for _, _, _, d, _ in shares_of(made, 100))
    assert 200 - 3 * 7 < size <= 200


@settings(max_examples=12)
@given(
    subsets=st.sets(st.integers(1, 99), min_size=1, max_size=3),
    seed=st.integers(0, 5),
    unit=st.sampled_from(["examples", "tokens"]),
)
def test_each_subset_holds_the_smaller_ones_and_keeps_the_proportions(
    tmp_path_factory, subsets, seed, unit
):
    folder = tmp_path_factory.mktemp("mix")
    real = lines(folder / "real.jsonl", texts("people", 200))
    ours = lines(folder / "ours.jsonl", texts("model", 100))
    sources = (Source("r", str(real), 0.6, "people"), Source("m", str(ours), 0.4, "model"))
    spec = Spec(("text",), sources, unit=unit, seed=seed, subsets=tuple(subsets))
    made = mix(spec, folder / "out")
    before = []
    for subset in (*sorted(subsets), 100):
        those = [row["text"] for row in rows_in(folder / "out", subset)]
        assert set(before) <= set(those)
        before = those
        told = {name: (rows, size) for name, _, rows, size, _ in shares_of(made, subset)}
        assert sum(rows for rows, _ in told.values()) == len(those)
        for name, share in (("r", 0.6), ("m", 0.4)):
            wanted = made.total * share * subset / 100
            assert wanted - 7.5 <= told[name][1] <= wanted + 0.5


def test_the_same_seed_gives_the_same_bytes_and_another_one_others(tmp_path, real, ours):
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        mix(spec_of(real, ours, total=40, seed=seed, subsets=(50,)), tmp_path / name)
    paths = [p.relative_to(tmp_path / "a") for p in (tmp_path / "a").rglob("*.*")]
    assert paths
    for path in paths:
        assert (tmp_path / "a" / path).read_bytes() == (tmp_path / "b" / path).read_bytes()
    assert {r["text"] for r in rows_in(tmp_path / "a")} != {
        r["text"] for r in rows_in(tmp_path / "c")
    }


def test_rows_that_are_added_elsewhere_change_nothing(tmp_path, real, ours):
    mix(spec_of(real, ours, total=40), tmp_path / "a")
    first = next(ours.glob("train-*"))
    first.write_text(first.read_text() + "".join(json.dumps(r) + "\n" for r in texts("more", 50)))
    mix(spec_of(real, ours, total=40), tmp_path / "b")

    def people(out):
        return {row["text"] for row in rows_in(out) if row["made_by"] == "people"}

    assert people(tmp_path / "a") == people(tmp_path / "b")


def test_sources_are_mixed_and_not_one_after_the_other(tmp_path, real, ours):
    mix(spec_of(real, ours, total=120), tmp_path / "out")
    order = [row["source"] for row in rows_in(tmp_path / "out")]
    assert 20 <= sum(one != other for one, other in itertools.pairwise(order)) <= 70


def test_the_manifest_has_the_checksums_of_what_went_in_and_came_out(tmp_path, real, ours):
    mix(spec_of(real, ours, total=40, subsets=(20,)), tmp_path / "out", sizes=Sizes(rows=7))
    told = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert told["files"]
    for one in told["files"]:
        data = (tmp_path / "out" / one["name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == one["sha256"] and one["rows"] <= 7
    (source,) = told["sources"][0]["files"]
    assert source["sha256"] == hashlib.sha256(real.read_bytes()).hexdigest()
    assert told["model_made"] is False
    assert [one["size"] for one in told["subsets"].values()] == [8, 40]


def test_other_file_types_and_columns_hold_the_same(tmp_path, ours):
    pq = pytest.importorskip("pyarrow.parquet")
    import pyarrow as pa

    chats = [
        {
            "talk": [
                {"role": "user", "content": f"q{n}", "weight": 1},
                {"role": "assistant", "content": "a", "weight": 0},
            ]
        }
        for n in range(20)
    ]
    folder = tmp_path / "real"
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(chats[:10]), folder / "a.parquet")
    with gzip.open(folder / "b.jsonl.gz", "wt") as handle:
        handle.writelines(json.dumps(row) + "\n" for row in chats[10:])
    ours = lines(
        tmp_path / "ours.jsonl",
        [{"messages": [{"role": "user", "content": f"m{n}"}]} for n in range(20)],
    )
    sources = (
        Source("people", str(folder), 0.5, "people", {"messages": "talk"}),
        Source("model", str(ours), 0.5, "model"),
    )
    spec = Spec(("messages",), sources)
    mix(spec, tmp_path / "lines")
    mix(spec, tmp_path / "tables", sizes=Sizes("parquet", 6))
    found = [
        row
        for file in sorted((tmp_path / "tables" / "100").iterdir())
        for row in pq.read_table(file).to_pylist()
    ]
    assert found == rows_in(tmp_path / "lines") and len(found) == 40
    assert {tuple(turn) for row in found for turn in row["messages"]} == {("role", "content")}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"total": 1000}, "source 'real', lang 'py': holds 100 examples, and 450 are wanted; the"),
        ({"columns": ()}, "a mixture needs columns and sources"),
        ({"subsets": (0,)}, "percentages from 1 to 100"),
        ({"columns": ("text", "made_by")}, "column 'made_by': a mixture writes id, source, origin"),
        ({"columns": ("id",)}, "NAME = 'id'"),
        ({"columns": ("txt",)}, "is no column of the mixture"),
        ({"tokenizer": "/nowhere"}, "there is no such folder"),
    ],
)
def test_what_cannot_be_mixed_is_said(tmp_path, real, ours, change, complaint):
    from dataclasses import replace

    with pytest.raises(UsageError, match=complaint):
        mix(replace(spec_of(real, ours), **change), tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("sources", "complaint"),
    [
        ([{"share": 0.5}], "come to 0.5; expected 1"),
        ([{"share": 0.0}, {"share": 1.0}], "more than 0"),
        ([{"share": 1.0, "made_by": ""}], "say who wrote its rows"),
        ([{"share": 1.0, "domain": "lang"}], "domain and domains go together"),
        ([{"share": 1.0, "path": "gone.jsonl"}], "gone.jsonl is not there"),
        ([{"share": 1.0, "path": str(Path(__file__).parent)}], "holds no JSONL or Parquet file"),
        ([{"share": 1.0}], "has no column 'text'"),
    ],
)
def test_sources_that_cannot_be_used_are_said(tmp_path, sources, complaint):
    path = lines(tmp_path / "rows.jsonl", [{"other": 1}])
    plain = {"name": "x", "path": str(path), "made_by": "people"}
    made = [Source(**{**plain, "name": str(n), **one}) for n, one in enumerate(sources)]
    with pytest.raises(UsageError, match=complaint):
        mix(Spec(("text",), tuple(made)), tmp_path / "out")


def test_a_mixture_of_models_alone_is_refused_unless_it_is_wanted(tmp_path, ours):
    alone = Spec(("text",), (Source("ours", str(ours), 1.0),))
    with pytest.raises(UsageError, match="--allow-synthetic-only"):
        mix(alone, tmp_path / "out")
    mix(alone, tmp_path / "out", synthetic_only=True)
    disguised = Spec(("text",), (Source("ours", str(ours), 1.0, "people"),))
    with pytest.raises(UsageError, match="was exported from a model's"):
        mix(disguised, tmp_path / "b")
    # neither does a mixture of models alone pass for people's
    again = Spec(("text",), (Source("m", str(tmp_path / "out"), 1.0, "people"),))
    with pytest.raises(UsageError, match="was exported from a model's"):
        mix(again, tmp_path / "b")


def test_columns_of_different_types_are_said_with_their_row(tmp_path):
    one = lines(tmp_path / "one.jsonl", [{"text": "a"}])
    two = lines(tmp_path / "two.jsonl", [{"text": "b"}, {"text": 7}])
    sources = (Source("one", str(one), 0.5, "people"), Source("two", str(two), 0.5, "model"))
    with pytest.raises(
        UsageError, match=r"source 'two', row 1: column 'text': text here and integer"
    ):
        mix(Spec(("text",), sources), tmp_path / "out")


def test_rows_of_no_use_are_counted(tmp_path):
    rows = [{"text": "a"}, {"text": None}, {"text": "\ud800"}, {}, {"text": "b"}]
    rows.append({"text": "c", "id": "\ud800"})
    path = lines(tmp_path / "rows.jsonl", rows)
    made = mix(Spec(("text",), (Source("r", str(path), 1.0, "people"),)), tmp_path / "out")
    assert made.left["r"] == {"no_value": 2, "no_text": 2} and made.total == 2
    lines(path, rows[1:4])
    with pytest.raises(UsageError, match="rows of no use in it: 1 no_text, 2 no_value"):
        mix(Spec(("text",), (Source("r", str(path), 1.0, "people"),)), tmp_path / "other")


@pytest.mark.parametrize("text", ["not json\n", "[1]\n", b"\xff\xfe\n", "[" * 100_000, "1" * 5_000])
def test_a_file_that_is_no_jsonl_is_said(tmp_path, text):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UsageError, match=r"rows\.jsonl, line 1"):
        mix(Spec(("text",), (Source("r", str(path), 1.0, "people"),)), tmp_path / "out")


def test_a_packed_file_that_ends_too_early_is_said(tmp_path):
    path = tmp_path / "rows.jsonl.gz"
    path.write_bytes(gzip.compress(json.dumps({"text": "abc" * 99}).encode())[:-12])
    with pytest.raises(UsageError, match=r"cannot read .*rows\.jsonl\.gz"):
        mix(Spec(("text",), (Source("r", str(path), 1.0, "people"),)), tmp_path / "out")


def test_rows_may_be_nested_as_deeply_as_is_read(tmp_path):
    value = []
    for _ in range(190):
        value = [value]
    path = lines(tmp_path / "rows.jsonl", [{"text": "a", "more": value}])
    spec = Spec(("text", "more"), (Source("r", str(path), 1.0, "people"),))
    assert mix(spec, tmp_path / "out").total == 1


def command(*arguments, cwd):
    done = [sys.executable, "-m", "codegen", "mix", *map(str, arguments)]
    return subprocess.run(done, capture_output=True, text=True, timeout=60, cwd=cwd, check=False)


def test_a_spec_file_and_options_say_the_same(tmp_path):
    lines(tmp_path / "people.jsonl", texts("p", 30))
    lines(tmp_path / "model.jsonl", texts("m", 30))
    spec = tmp_path / "spec.toml"
    spec.write_text(
        'columns = ["text"]\nsubsets = [50]\ntotal = 20\n'
        '[[sources]]\nname = "0-people"\npath = "people.jsonl"\nmade_by = "people"\nshare = 0.75\n'
        '[[sources]]\nname = "1-model"\npath = "model.jsonl"\nmade_by = "model"\nshare = 0.25\n'
    )
    by_file = command(spec, "--out", "a", cwd=tmp_path)
    assert by_file.returncode == 0, by_file.stderr
    assert "75.0%" in by_file.stdout
    options = ["--people", "people.jsonl=0.75", "--model-made", "model.jsonl=0.25"]
    options += ["--column", "text", "--total", "20", "--subset", "50", "--out", "b", "--json"]
    by_options = command(*options, cwd=tmp_path)
    assert by_options.returncode == 0, by_options.stderr
    assert json.loads(by_options.stdout)["total"] == 20
    assert rows_in(tmp_path / "a") == rows_in(tmp_path / "b")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--people", "x"], "'x': expected PATH=SHARE"),
        (["--people", "x=much"], "expected PATH=SHARE"),
        (["nowhere.toml"], "nowhere.toml cannot be read"),
        (["bad.toml"], "unknown key 'colour'"),
        (["bad.toml", "--seed", "1"], "--seed goes without SPEC"),
        (["bad.toml", "--column", "x"], "--column goes without SPEC: where there is one, it alone"),
        ([], "a mixture needs columns and sources"),
    ],
)
def test_options_that_cannot_be_used_are_refused(tmp_path, arguments, complaint):
    (tmp_path / "bad.toml").write_text('columns = ["text"]\nsources = []\ncolour = "red"\n')
    done = command(*arguments, "--out", "out", cwd=tmp_path)
    assert done.returncode == 2 and complaint in done.stderr and "Traceback" not in done.stderr


def test_paths_of_a_spec_are_beside_it(tmp_path):
    spec = tmp_path / "spec.toml"
    spec.write_text('columns = ["text"]\n[[sources]]\nname = "a"\npath = "a.jsonl"\nshare = 1\n')
    (source,) = read_spec(spec).sources
    assert Path(source.path) == tmp_path / "a.jsonl" and source.share == 1.0
