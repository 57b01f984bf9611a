"""The options of `codegen synthesize` about problems: where they come from, which are wanted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import FILE, PLACE, RUN, Finite, LocalPath, declared
from codegen.cli.own_model import is_remote
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.synthesis.quotas import Quota
    from codegen.synthesis.settings import Settings

_SOURCES = ("seeds", "reverse", "problems", "seed_problems", "evolve")
_FETCHED = {"seeds": "folder", "reverse": "folder", "problems": "file", "seed_problems": "file"}
"""Sources that may be given by URL."""
_ANSWERED = ("difficulty", "interface")
"""What a problem that is made for code is like already."""

problem_options = declared(
    click.option(
        "--seeds",
        type=PLACE,
        help="A folder of source code to be inspired by, or its URL: s3://…, gs://…",
    ),
    click.option(
        "--reverse",
        type=PLACE,
        help="A folder of source code, or its URL: each function gets the problem that it answers,"
        " once.",
    ),
    click.option(
        "--problems", type=FILE, help="Existing problem statements (JSONL): a file, or its URL."
    ),
    click.option(
        "--seed-problems",
        type=FILE,
        help="Your own problems (JSONL) as inspiration for others: a file, or its URL.",
    ),
    click.option(
        "--evolve",
        type=RUN,
        help="Another run, whose accepted problems are evolved: its folder, or its journal's URL.",
    ),
    click.option(
        "--evolve-share",
        type=Finite(0, 1, max_open=True),
        default=0.0,
        show_default=True,
        help="Share of the problems that evolve accepted ones of this run.",
    ),
    click.option(
        "--taxonomy",
        type=LocalPath(),
        help="Topics, skills, difficulties and audiences (TOML); see `codegen taxonomy`.",
    ),
    click.option(
        "--quota",
        multiple=True,
        help="A share of the accepted problems, such as difficulty=hard:30%; may be repeated.",
    ),
    click.option(
        "--window",
        type=click.IntRange(1),
        help="With quotas: a problem waits for those so far before it.  [default: 32, 128 with"
        " --base-url]",
    ),
    click.option(
        "--critic/--no-critic",
        default=True,
        show_default=True,
        help="Have statements looked through for what they leave open, and revised once.",
    ),
    click.option(
        "--near-duplicates",
        type=Finite(0.5, 1),
        help="Reject a statement that shares so much with an earlier one; 1 for the same words"
        " only.  [default: 0.8 with a language model, else none are rejected]",
    ),
    click.option(
        "--decontaminate",
        type=LocalPath(),
        multiple=True,
        help="A benchmark's texts (JSONL), which no statement may be like; may be repeated.",
    ),
)


def problem_settings(options: dict[str, Any]) -> dict[str, Any]:
    """Return what the options say, as settings; without what `with_fetched` is to fetch.

    Raises:
        UsageError: options that exclude each other, or a quota that cannot be met.
    """
    _refuse_contradictions(options)
    remote = is_remote(options)
    taken = [*_SOURCES, "evolve_share", "taxonomy", "critic"]
    return {
        **{name: options[name] for name in taken if name != _by_url(options)},
        "quotas": _quotas(options),
        "near_duplicates": options["near_duplicates"] or (0.8 if remote else None),
        "embedding_threshold": options["embedding_threshold"],
        "decontaminate": tuple(options["decontaminate"]),
        "window": options["window"] or (128 if remote else 32),
    }


@contextmanager
def with_fetched(settings: Settings, options: dict[str, Any]) -> Iterator[Settings]:
    """Yield the settings with a copy of what was given by URL, which is gone after the block.

    Raises:
        UsageError: there is no such file or folder, or its store cannot be used.
        InfrastructureError: the store refuses or fails.
    """
    name = _by_url(options)
    if name is None:
        yield settings
        return
    from codegen.store import fetched

    url = options[name].rstrip("/")
    with fetched(url, folder=_FETCHED[name] == "folder") as copy:
        copied: dict[str, Any] = {name: copy}
        yield replace(settings, **copied, url=url)


def check_given(settings: Settings, options: dict[str, Any]) -> None:
    """Refuse problems that nobody would solve, before a run begins.

    Raises:
        UsageError: `--problems` without a language model; or what is wrong with the file.
    """
    if settings.problems is None or is_remote(options) or options["replay"]:
        return
    from codegen.synthesis.problems import load_problems

    for _ in load_problems(settings.problems):  # what is wrong with a row comes first
        pass
    raise UsageError(
        "--problems needs a language model: the builtin teacher solves its own problems only; "
        "name a --model and its --base-url"
    )


def _by_url(options: dict[str, Any]) -> str | None:
    """Return which source was given by URL; there is one source at most."""
    return next((name for name in _FETCHED if isinstance(options[name], str)), None)


def _refuse_contradictions(options: dict[str, Any]) -> None:
    sources = [n for n in _SOURCES if options[n]]
    if len(sources) > 1:
        first, second = (f"--{name.replace('_', '-')}" for name in sources[:2])
        raise UsageError(f"{first} and {second} exclude each other: a run has one kind of seeds")
    if options["evolve_share"] and options["problems"]:
        raise UsageError("--evolve-share and --problems exclude each other")
    if options["taxonomy"] and options["problems"]:
        raise UsageError("--taxonomy is for problems that are made, not for --problems")


def _quotas(options: dict[str, Any]) -> tuple[Quota, ...]:
    from codegen.synthesis.quotas import dimension_values, parse_quotas
    from codegen.synthesis.taxonomy import load_taxonomy, taxonomy

    known = load_taxonomy(options["taxonomy"]) if options["taxonomy"] else taxonomy()
    quotas = parse_quotas(options["quota"], dimension_values(known))
    asked = {one.dimension for one in quotas}
    if quotas and options["problems"]:
        raise UsageError("--quota is for problems that are made: those of --problems are as given")
    named = next((name for name in _ANSWERED if name in asked), None)
    if named and options["reverse"]:
        raise UsageError(f"--quota: with --reverse the code decides the {named}")
    others = ("seeds", "reverse", "seed_problems", "evolve", "evolve_share")
    other = next((name for name in others if options[name]), None)
    if "topic" in asked and other:
        option = other.replace("_", "-")
        raise UsageError(
            f"--quota: a topic is of the taxonomy, and --{option} draws from elsewhere"
        )
    foreign = any(q.dimension == "natural_language" and q.value != "en" and q.share for q in quotas)
    if foreign and options["model"] == "builtin":
        raise UsageError("--quota: the builtin teacher writes English only; name a --model")
    return quotas
