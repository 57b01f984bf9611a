"""`codegen synthesize`: options in, a run, its summary out."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.budgets import allowance_of, budget_options, is_bounded
from codegen.cli.evidence import evidence_options, evidence_settings
from codegen.cli.options import Finite, config_option, sandbox_options
from codegen.cli.rounds import round_options, with_round
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.synthesis.quotas import Quota
    from codegen.synthesis.settings import Settings

DEFAULT_TARGET = 20
MOST_MEMORY = 1 << 20  # MiB in a TiB
WALL_PER_CPU = 6.0  # a busy machine must not turn a time limit into an idle limit


@click.command()
@click.option("--langs", default="py,rs,go", show_default=True, help="Languages, by name or alias.")
@click.option(
    "--target", type=click.IntRange(1), help=f"Accepted problems.  [default: {DEFAULT_TARGET}]"
)
@click.option("--limit", type=click.IntRange(1), help="Attempted problems.")
@budget_options
@click.option("--seed", default=0, show_default=True, help="Decides everything that is drawn.")
@click.option(
    "--concurrency",
    type=click.IntRange(1),
    help="Problems in the making at once.  [default: 16, 64 with --base-url]",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default="runs/default",
    show_default=True,
    help="The run's folder; an unfinished run goes on.",
)
@click.option(
    "--seeds", type=click.Path(path_type=Path), help="A folder of source code to be inspired by."
)
@click.option(
    "--problems", type=click.Path(path_type=Path), help="Existing problem statements (JSONL)."
)
@click.option(
    "--seed-problems",
    type=click.Path(path_type=Path),
    help="Your own problems (JSONL) as inspiration for others.",
)
@click.option(
    "--evolve",
    type=click.Path(path_type=Path),
    help="The folder of another run, whose accepted problems are evolved.",
)
@click.option(
    "--evolve-share",
    type=Finite(0, 1, max_open=True),
    default=0.0,
    show_default=True,
    help="Share of the problems that evolve accepted ones of this run.",
)
@click.option(
    "--taxonomy",
    type=click.Path(path_type=Path),
    help="Topics, skills, difficulties and audiences (TOML); see `codegen taxonomy`.",
)
@click.option(
    "--quota",
    multiple=True,
    help="A share of the accepted problems, such as difficulty=hard:30%; may be repeated.",
)
@click.option(
    "--window",
    type=click.IntRange(1),
    help="With quotas: a problem waits for those so far before it.  [default: 32, 128 with"
    " --base-url]",
)
@click.option(
    "--critic/--no-critic",
    default=True,
    show_default=True,
    help="Have statements looked through for what they leave open, and revised once.",
)
@click.option(
    "--near-duplicates",
    type=Finite(0.5, 1),
    help="Reject a statement that shares so much with an earlier one; 1 for the same words only."
    "  [default: 0.8 with --base-url, else none are rejected]",
)
@click.option(
    "--decontaminate",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A benchmark's texts (JSONL), which no statement may be like; may be repeated.",
)
@round_options
@click.option(
    "--inputs",
    type=click.IntRange(4, 64),
    default=12,
    show_default=True,
    help="Test inputs to ask for, beside the examples.",
)
@click.option(
    "--model", default="builtin", show_default=True, help="`builtin`, or the name the server knows."
)
@click.option(
    "--base-url", multiple=True, help="An OpenAI-compatible server, such as vLLM; may be repeated."
)
@click.option(
    "--api-key-file",
    type=click.Path(path_type=Path),
    help="A file with the key; else CODEGEN_API_KEY, OPENAI_API_KEY or VLLM_API_KEY.",
)
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    help="Answer from a recorded journal instead of a model.",
)
@click.option(
    "--mistakes",
    type=Finite(0, 1),
    help="The builtin teacher's share of wrong solutions.  [default: 0.3]",
)
@click.option("--temperature", type=Finite(0, 2), default=0.8, show_default=True)
@click.option("--top-p", type=Finite(0, 1, min_open=True), default=0.95, show_default=True)
@click.option(
    "--max-tokens", type=click.IntRange(1), default=4096, show_default=True, help="Longest answer."
)
@click.option(
    "--timeout",
    type=Finite(1),
    default=600.0,
    show_default=True,
    help="Seconds for a model call, retries included.",
)
@click.option(
    "--repairs",
    type=click.IntRange(0),
    default=2,
    show_default=True,
    help="Repairs before a fresh start.",
)
@click.option(
    "--policy-from",
    type=click.Path(path_type=Path),
    multiple=True,
    help="A finished run of this model, to learn from what mends its mistakes; may be repeated.",
)
@click.option(
    "--cpu",
    type=Finite(0.1),
    default=4.0,
    show_default=True,
    help="CPU seconds for a program's cases.",
)
@click.option(
    "--memory",
    type=click.IntRange(16, MOST_MEMORY),
    default=1024,
    show_default=True,
    help="MiB for a program.",
)
@evidence_options
@sandbox_options
@click.option("--dry-run", is_flag=True, help="Print the prompts of one problem and call nothing.")
@config_option
def synthesize(**options: Any) -> int:
    """Make verified examples: problems, solutions in several languages, tests.

    Every example has been compiled, linted and executed, and its solution agrees with independent
    solutions on every test case. Interrupt it at any time: the same command goes on.
    """
    settings = with_round(_settings(options), options)
    if options["dry_run"]:
        from codegen.cli.dry_run import print_prompts

        print_prompts(settings)
        return 0
    from codegen.cli.running import carry_out

    try:
        return asyncio.run(carry_out(settings, options))
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None


def _settings(options: dict[str, Any]) -> Settings:
    from codegen import language
    from codegen.model.contract import Sampling
    from codegen.records import Limits
    from codegen.synthesis.policy import Budget
    from codegen.synthesis.settings import Settings

    _refuse_contradictions(options)
    unbounded = options["target"] is None and options["limit"] is None and not is_bounded(options)
    endless = options["problems"] is None
    remote = bool(options["base_url"])
    return Settings(
        languages=language.parse_list(options["langs"]),
        seed=options["seed"],
        target=DEFAULT_TARGET if unbounded and endless else options["target"],
        limit=options["limit"],
        concurrency=options["concurrency"] or (64 if remote else 16),
        inputs=options["inputs"],
        sampling=Sampling(options["temperature"], options["top_p"], options["max_tokens"]),
        limits=Limits(
            cpu_s=options["cpu"],
            wall_s=max(30.0, WALL_PER_CPU * options["cpu"]),
            memory_bytes=options["memory"] << 20,
        ),
        budget=Budget(repairs=options["repairs"]),
        seeds=options["seeds"],
        problems=options["problems"],
        **evidence_settings(options),
        allowance=allowance_of(options),
        taxonomy=options["taxonomy"],
        quotas=_quotas(options),
        seed_problems=options["seed_problems"],
        evolve=options["evolve"],
        evolve_share=options["evolve_share"],
        critic=options["critic"],
        near_duplicates=options["near_duplicates"] or (0.8 if remote else None),
        decontaminate=tuple(options["decontaminate"]),
        window=options["window"] or (128 if remote else 32),
    )


def _quotas(options: dict[str, Any]) -> tuple[Quota, ...]:
    from codegen.synthesis.quotas import dimension_values, parse_quotas
    from codegen.synthesis.taxonomy import load_taxonomy, taxonomy

    known = load_taxonomy(options["taxonomy"]) if options["taxonomy"] else taxonomy()
    quotas = parse_quotas(options["quota"], dimension_values(known))
    asked = {one.dimension for one in quotas}
    if quotas and options["problems"]:
        raise UsageError("--quota is for problems that are made: those of --problems are as given")
    others = ("seeds", "seed_problems", "evolve", "evolve_share")
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


def _refuse_contradictions(options: dict[str, Any]) -> None:
    sources = [n for n in ("seeds", "problems", "seed_problems", "evolve") if options[n]]
    if len(sources) > 1:
        first, second = (f"--{name.replace('_', '-')}" for name in sources[:2])
        raise UsageError(f"{first} and {second} exclude each other: a run has one kind of seeds")
    if options["evolve_share"] and options["problems"]:
        raise UsageError("--evolve-share and --problems exclude each other")
    if options["taxonomy"] and options["problems"]:
        raise UsageError("--taxonomy is for problems that are made, not for --problems")
    if options["replay"] and options["base_url"]:
        raise UsageError("--replay and --base-url exclude each other")
    if options["model"] != "builtin" and not (options["base_url"] or options["replay"]):
        raise UsageError(
            f"--model {options['model']} needs --base-url, for example http://127.0.0.1:8000/v1;"
            " without both, the builtin teacher answers"
        )
    if options["base_url"] and options["model"] == "builtin":
        raise UsageError("--base-url needs --model NAME, the name by which the server knows it")
    if options["mistakes"] is not None and options["model"] != "builtin":
        raise UsageError("--mistakes is for the builtin teacher only")
