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
