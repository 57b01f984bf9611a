"""Folders in an object store, against a server that speaks S3."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import boto3
import pytest

from codegen.errors import InfrastructureError, UsageError
from codegen.store import is_url, uploaded

MARK = "manifest.json"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stderr=subprocess.PIPE,
        text=True,
    )
    assert server.stderr is not None
    found = None
    while found is None:
        line = server.stderr.readline()
        assert line, "the server ended"
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
    yield found[0]
    server.kill()
    server.wait()
    server.stderr.close()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest):
    settings = {
        "AWS_ENDPOINT_URL_S3": endpoint,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
    name = re.sub(r"[^a-z0-9]+", "-", request.node.name.lower())[:60].strip("-")
    made = boto3.resource("s3").Bucket(name)
    made.create()
    return made


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


@pytest.mark.skipif(find_spec("gcsfs") is not None, reason="the package is here")
def test_the_extra_that_a_store_needs_is_named() -> None:
    wanted = re.escape("pip install 'codegen-forge[gcs]'")
    with pytest.raises(UsageError, match=wanted), uploaded("gs://a/b", mark=MARK):
        pass


@pytest.mark.usefixtures("bucket")
def test_a_bucket_that_is_not_there_is_said() -> None:
    with pytest.raises(InfrastructureError, match="there is no such bucket"):
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
