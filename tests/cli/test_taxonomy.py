"""`codegen taxonomy` as a user starts it, and the options that depend on it."""

import subprocess
import sys

import pytest

MINE = '[[topics]]\nname = "graphs"\nskills = ["planar graphs"]\n'


def run(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "codegen", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_it_is_printed_to_be_read_and_to_be_edited(tmp_path):
    tree = run("taxonomy", "print")
    assert tree.returncode == 0
    assert "dynamic programming\n  the longest or cheapest subsequence\n" in tree.stdout
    (tmp_path / "a.toml").write_text(run("taxonomy", "print", "--form", "toml").stdout)
    assert run("taxonomy", "print", tmp_path / "a.toml").stdout == tree.stdout
    counted = run("taxonomy", "check", tmp_path / "a.toml")
    assert counted.returncode == 0 and "24 topics" in counted.stdout


def test_it_is_extended_and_the_extension_is_what_problems_are_about(tmp_path):
    mine, ours = tmp_path / "mine.toml", tmp_path / "ours.toml"
    mine.write_text(MINE)
    done = run("taxonomy", "extend", "builtin", "--with", mine, "--out", ours)
    assert done.returncode == 0 and str(ours) in done.stdout
    assert "  planar graphs\n" in run("taxonomy", "print", ours).stdout
    assert run("taxonomy", "extend", mine, "--with", mine).stdout.startswith("[[topics]]")
    dry = run("synthesize", "--dry-run", "--taxonomy", mine)
    assert "Topic: graphs\nSkill: planar graphs\n" in dry.stdout
    dry = run(
        "synthesize", "--dry-run", "--quota", "topic=graphs:100%", "--quota", "length=long:100%"
    )
    assert "Topic: graphs\n" in dry.stdout and "150 to 400 words" in dry.stdout


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["taxonomy", "check", "none.toml"], "cannot be read"),
        (["taxonomy", "extend", "builtin"], "--with"),
        (["synthesize", "--taxonomy", "none.toml"], "cannot be read"),
        (["synthesize", "--taxonomy", "x", "--problems", "y"], "--taxonomy"),
        (["synthesize", "--quota", "topic=magic:3%"], "unknown topic"),
        (
            ["synthesize", "--quota", "difficulty=hard:60%", "--quota", "difficulty=easy:60%"],
            "120%",
        ),
        (["synthesize", "--quota", "topic=graphs:3%", "--seeds", "."], "elsewhere"),
        (["synthesize", "--seed-problems", "x", "--evolve", "y"], "exclude"),
        (["synthesize", "--evolve", "/nonexistent"], "no folder of a run"),
        (["synthesize", "--evolve-share", "1"], "--evolve-share"),
        (["synthesize", "--quota", "length=long:3%", "--problems", "x"], "as given"),
        (["synthesize", "--quota", "natural_language=de:3%"], "English only"),
    ],
)
def test_what_cannot_be_used_is_refused(arguments, complaint):
    done = run(*arguments)
    assert done.returncode == 2 and complaint in done.stderr and "Traceback" not in done.stderr


def test_a_file_with_a_mistake_is_refused_by_place(tmp_path):
    (tmp_path / "a.toml").write_text(MINE.replace('"planar graphs"', ""))
    done = run("taxonomy", "check", tmp_path / "a.toml")
    assert done.returncode == 2 and "'graphs' has no skill" in done.stderr


def test_what_an_extension_is_read_from_is_not_written_over(tmp_path):
    mine = tmp_path / "mine.toml"
    mine.write_text(MINE)
    done = run("taxonomy", "extend", "builtin", "--with", mine, "--out", mine)
    assert done.returncode == 2 and f"it is read as {mine}" in done.stderr
    assert mine.read_text() == MINE
