"""A folder is there whole or not at all."""

import errno

import pytest

from codegen.errors import UsageError
from codegen.files import appearing

MARK = "mark"


def fill(out, text, **more):
    with appearing(out, mark=MARK, **more) as folder:
        (folder / MARK).write_text(text)


def test_a_folder_appears_when_the_block_ends_well(tmp_path):
    out = tmp_path / "deep" / "out"
    with appearing(out, mark=MARK) as folder:
        (folder / MARK).write_text("one")
        assert not out.exists()
    assert (out / MARK).read_text() == "one"
    assert list(out.parent.iterdir()) == [out]


def test_a_failure_leaves_what_was_there(tmp_path):
    out = tmp_path / "out"
    fill(out, "one")

    def fails():
        with appearing(out, mark=MARK, force=True) as folder:
            (folder / MARK).write_text("two")
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(UsageError, match=r"cannot write .*: No space left on device"):
        fails()
    assert (out / MARK).read_text() == "one" and list(tmp_path.iterdir()) == [out]


def test_what_is_there_is_replaced_only_by_force_and_only_if_it_is_ours(tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    fill(out, "one")  # an empty folder is nothing
    with pytest.raises(UsageError, match="replace it with --force"):
        fill(out, "two")
    fill(out, "two", force=True)
    assert (out / MARK).read_text() == "two" and list(tmp_path.iterdir()) == [out]
    (out / MARK).unlink()
    (out / "diary.txt").write_text("dear me")
    with pytest.raises(UsageError, match="was not made by this"):
        fill(out, "three", force=True)
    with pytest.raises(UsageError, match="was not made by this"):
        fill(out / "diary.txt", "three", force=True)
    assert (out / "diary.txt").read_text() == "dear me"


def test_what_is_not_ours_stays_when_a_folder_is_replaced(tmp_path):
    out, away = tmp_path / "out", tmp_path / "away"
    own = {MARK, "sub/ours.txt"}.copy
    fill(out, "one")
    (out / "sub").mkdir()
    for name in ("sub/ours.txt", "sub/mine.txt", "notes.txt"):
        (out / name).write_text(name)
    (out / "link").symlink_to("../away")
    away.mkdir()
    (away / "far.txt").write_text("far")
    link = tmp_path / "named"
    link.symlink_to(out)
    for place, text in ((out, "two"), (link, "three")):
        with appearing(place, mark=MARK, own=lambda _: own(), force=True) as folder:
            (folder / MARK).write_text(text)
        found = {one.relative_to(out).as_posix() for one in out.rglob("*") if one.is_file()}
        assert (out / MARK).read_text() == text and found == {MARK, "sub/mine.txt", "notes.txt"}
    assert (out / "link/far.txt").read_text() == "far" and link.is_symlink()
    assert sorted(one.name for one in tmp_path.iterdir()) == ["away", "named", "out"]


def test_what_is_not_ours_is_not_written_over(tmp_path):
    out = tmp_path / "out"
    fill(out, "one")
    (out / "notes.txt").write_text("mine")

    def writes_notes():
        with appearing(out, mark=MARK, force=True) as folder:
            (folder / MARK).write_text("two")
            (folder / "notes.txt").write_text("ours")

    with pytest.raises(UsageError, match=r"notes\.txt was not made by this and is in the way"):
        writes_notes()
    assert (out / MARK).read_text() == "one" and (out / "notes.txt").read_text() == "mine"
    with (
        pytest.raises(UsageError, match="was not made by this"),
        appearing(out, mark=MARK, own=lambda _: None, force=True),
    ):
        pass
    assert list(tmp_path.iterdir()) == [out]
