"""Files and folders in an object store, against a server that speaks S3."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from codegen.errors import InfrastructureError, UsageError
from codegen.store import is_url, uploaded

MARK = "manifest.json"
SYNTHESIZE = [sys.executable, "-m", "codegen", "synthesize", "--langs", "py", "--sandbox", "local"]
NO_GCSFS = pytest.mark.skipif(find_spec("gcsfs") is not None, reason="the package is here")
PROBLEM = {"statement": "Return the sum of two integers."}


def contents(bucket) -> dict[str, bytes]:
    return {one.key: one.get()["Body"].read() for one in bucket.objects.all()}


def own(folder: Path) -> set[str] | None:
    """Every mark here lists the files of its folder."""
    told = (folder / MARK).read_text()
    return {MARK, *told.split()} if told != "theirs" else None


def written(url: str, files: dict[str, str], *, force: bool = False) -> None:
    with uploaded(url, mark=MARK, own=own, force=force) as folder:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)


def test_a_folder_arrives_whole_with_its_mark_last(bucket) -> None:
    files = {"a/one.txt": "1", "zz.txt": "2", MARK: "{}", "b.txt": ""}
    written(f"s3://{bucket.name}/data/set", files)
    assert contents(bucket) == {f"data/set/{k}": v.encode() for k, v in files.items()}
    when = {one.key: one.last_modified for one in bucket.objects.all()}
    assert max(when.values()) == when[f"data/set/{MARK}"]


def test_nothing_is_uploaded_where_the_block_fails(bucket) -> None:
    def fail() -> None:
        with uploaded(f"s3://{bucket.name}/x", mark=MARK) as folder:
            folder.mkdir()
            (folder / MARK).write_text("{}")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert contents(bucket) == {}


def test_what_is_there_is_kept_unless_it_is_ours_and_may_be_replaced(bucket) -> None:
    url = f"s3://{bucket.name}/x"
    written(url, {MARK: "gone.txt kept.txt", "gone.txt": "", "kept.txt": "old"})
    bucket.put_object(Key="x/notes/mine.txt", Body=b"mine")
    with pytest.raises(UsageError, match="--force"):
        written(url, {MARK: "new"})
    assert contents(bucket)[f"x/{MARK}"] == b"gone.txt kept.txt"
    with pytest.raises(UsageError, match=r"notes/mine\.txt was not made by this"):
        written(url, {MARK: "notes/mine.txt", "notes/mine.txt": "ours"}, force=True)
    written(url, {MARK: "kept.txt", "kept.txt": "new"}, force=True)
    assert contents(bucket) == {
        f"x/{MARK}": b"kept.txt",
        "x/kept.txt": b"new",
        "x/notes/mine.txt": b"mine",
    }
    bucket.put_object(Key=f"x/{MARK}", Body=b"theirs")
    with pytest.raises(UsageError, match="not made by this"):
        written(url, {MARK: "new"}, force=True)
    bucket.put_object(Key="other/file", Body=b"")
    with pytest.raises(UsageError, match="not made by this"):
        written(f"s3://{bucket.name}/other", {MARK: "new"}, force=True)


def test_an_upload_that_breaks_off_leaves_no_mark(bucket) -> None:
    url = f"s3://{bucket.name}/x"
    written(url, {MARK: "a", "a": "old"})

    def break_off() -> None:
        with uploaded(url, mark=MARK, own=own, force=True) as folder:
            folder.mkdir()
            (folder / MARK).write_text("new")
            (folder / "a").write_text("new")
            (folder / "b").symlink_to("/proc/self/mem")  # a file that cannot be read

    with pytest.raises(InfrastructureError, match=re.escape(url)):
        break_off()
    assert contents(bucket) == {"x/a": b"new"}


@pytest.mark.parametrize(
    ("place", "said"),
    [("s3://a/b", True), ("gs://a/b", True), ("runs/a", False), ("/tmp/a", False), ("C:/x", False)],
)
def test_urls_are_told_from_paths(place: str, said: bool) -> None:
    assert is_url(place) is said


def test_an_unknown_store_is_said() -> None:
    with pytest.raises(UsageError, match="cannot be used"), uploaded("nonsense://a/b", mark=MARK):
        pass


@NO_GCSFS
def test_the_extra_that_a_store_needs_is_named() -> None:
    wanted = re.escape("pip install 'codegen-forge[gcs]'")
    with pytest.raises(UsageError, match=wanted), uploaded("gs://a/b", mark=MARK):
        pass


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_is_said() -> None:
    with pytest.raises(UsageError, match="there is no such bucket"):
        written("s3://nowhere-at-all/a", {MARK: "{}"})


def test_an_export_goes_to_a_bucket(bucket, tmp_path: Path) -> None:
    codegen = [sys.executable, "-m", "codegen"]
    asked = ["--langs", "py", "--target", "1", "--sandbox", "local", "--out", str(tmp_path / "run")]
    subprocess.run([*codegen, "synthesize", *asked], check=True, capture_output=True, timeout=200)
    export = [*codegen, "export", str(tmp_path / "run"), "--format", "sft", "--out"]
    url = f"s3://{bucket.name}/exports/one"
    done = subprocess.run([*export, url], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    assert url in done.stdout
    subprocess.run([*export, str(tmp_path / "here")], check=True, capture_output=True, timeout=200)
    here = {
        path.relative_to(tmp_path / "here").as_posix(): path.read_bytes()
        for path in (tmp_path / "here").rglob("*")
        if path.is_file()
    }
    there = contents(bucket)
    assert {name.removeprefix("exports/one/") for name in there} == set(here)
    assert json.loads(there[f"exports/one/{MARK}"]) == json.loads(here[MARK])
    assert all(there[f"exports/one/{name}"] == here[name] for name in here if "sft/" in name)
    again = subprocess.run([*export, url], capture_output=True, text=True, timeout=200)
    assert again.returncode == 2 and "--force" in again.stderr


def synthesized(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [*SYNTHESIZE, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A folder with what a run may be given."""
    code = tmp_path / "in" / "code"
    (code / "inner").mkdir(parents=True)
    (code / "a.py").write_text(inspect.getsource(re))
    (code / "inner" / "b.py").write_text(inspect.getsource(json))
    (code.parent / "problems.jsonl").write_text((json.dumps(PROBLEM) + "\n") * 4)
    return code.parent


def put(bucket, folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            bucket.upload_file(str(path), f"{folder.name}/{path.relative_to(folder).as_posix()}")


@pytest.mark.slow
def test_a_run_on_seeds_by_url_is_that_on_a_folder_and_goes_on(
    bucket, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, sources)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    # where the copy happens to lie says nothing of its licence
    (scratch / "LICENSE").write_text("Apache License, Version 2.0")
    monkeypatch.setenv("TMPDIR", str(scratch))
    url, out, here = f"s3://{bucket.name}/in/code", tmp_path / "out", tmp_path / "here"
    for limit in (1, 2):
        done = synthesized("--seeds", f"{url}/", "--limit", limit, "--out", out)
        assert done.returncode == 0 and f"seeds from {url}: " in done.stderr, done.stderr
    assert synthesized("--seeds", sources / "code", "--limit", 2, "--out", here).returncode == 0
    assert (out / "examples.jsonl").read_bytes() == (here / "examples.jsonl").read_bytes()
    assert json.loads((out / "summary.json").read_text())["run"]["seeds"] == url
    assert not [one for one in out.rglob("*") if str(scratch).encode() in one.read_bytes()]
    assert [one.name for one in scratch.iterdir()] == ["LICENSE"]
    other = synthesized("--seeds", sources / "code", "--limit", 2, "--out", out)
    assert other.returncode == 2 and 'seeds: was "s3://' in other.stderr


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--reverse", "code"),
        ("--problems", "problems.jsonl"),
        ("--seed-problems", "problems.jsonl"),
    ],
)
def test_every_source_of_problems_may_be_a_url(
    bucket, sources: Path, option: str, name: str
) -> None:
    put(bucket, sources)
    here = synthesized("--dry-run", option, sources / name)
    there = synthesized("--dry-run", option, f"s3://{bucket.name}/in/{name}")
    assert there.returncode == 0 and there.stdout == here.stdout, there.stderr


@pytest.mark.parametrize(
    ("option", "url", "said"),
    [
        ("--seeds", "s3://{bucket}/none", "{url}: there is no such bucket or folder"),
        ("--seeds", "s3://{bucket}/in/problems.jsonl", "{url}: there is no such"),
        ("--seeds", "s3://{bucket}/in/bad", "{url} holds no function"),
        ("--reverse", "s3://no-such-bucket/code", "{url}: there is no such bucket"),
        ("--problems", "s3://{bucket}/none.jsonl", "{url}: there is no such bucket"),
        ("--problems", "s3://{bucket}/in/code", "{url}: there is no such bucket"),
        ("--problems", "s3://{bucket}/in/bad/row.jsonl", "{url}, line 2: "),
        ("--seed-problems", "s3://a:secret@{bucket}/x", "has a password or a query in it"),
        ("--seed-problems", "nonsense://a/b", "{url} cannot be used"),
        ("--seeds", "s3://{bucket}/up", "{url}/../x.py leads out of the folder"),
        pytest.param("--seeds", "gs://a/b", "pip install 'codegen-forge[gcs]'", marks=NO_GCSFS),
    ],
)
def test_a_source_that_cannot_be_fetched_is_said_in_one_line(
    bucket, sources: Path, option: str, url: str, said: str
) -> None:
    (sources / "bad").mkdir()
    (sources / "bad" / "row.jsonl").write_text(json.dumps(PROBLEM) + "\n{}\n")
    put(bucket, sources)
    bucket.put_object(Key="up/../x.py", Body=b"")
    url = url.format(bucket=bucket.name)
    out = sources / "out"
    done = synthesized(option, url, "--out", out)
    assert done.returncode == 2 and said.format(url=url) in done.stderr, done.stderr
    assert "Traceback" not in done.stderr and "secret" not in done.stderr
    assert not out.exists() and done.stderr.count("codegen: ") == 1


@pytest.mark.usefixtures("bucket")
@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9", "Could not connect"),
        ("AWS_PROFILE", "nonesuch", "The config profile (nonesuch)"),
    ],
)
def test_a_store_that_cannot_be_asked_is_a_failure_and_no_mistake(
    variable: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    done = synthesized("--dry-run", "--problems", "s3://some/problems.jsonl")
    assert done.returncode == 3 and f"s3://some/problems.jsonl: {said}" in done.stderr, done.stderr
    assert "Traceback" not in done.stderr
