"""`codegen synthesize`: options in, a run, its summary out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.budgets import allowance_of, budget_options, is_bounded
from codegen.cli.embedding import check_embedding, embedding_options
from codegen.cli.engine import check_engine, engine_options
from codegen.cli.evidence import evidence_options, evidence_settings
from codegen.cli.grouped import Grouped
from codegen.cli.options import RUN, Finite, LocalPath, config_option, sandbox_options
from codegen.cli.own_model import check_own_model, is_own, is_remote, own_model_options
from codegen.cli.problems import check_given, problem_options, problem_settings, with_fetched
from codegen.cli.rounds import round_options, with_round
from codegen.cli.schemas import schema_option, wants_schemas
from codegen.cli.servers import has_server, server_options
from codegen.cli.watching import watching_options
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.synthesis.settings import Settings

DEFAULT_TARGET = 20
MOST_MEMORY = 1 << 20  # MiB in a TiB
WALL_PER_CPU = 6.0  # a busy machine must not turn a time limit into an idle limit


_GROUPS = {
    "The run": (
        *("langs", "target", "limit", "out", "journal", "seed", "concurrency"),
        *("max_total_tokens", "max_cost", "max_time", "round", "after", "dry_run"),
    ),
    "Problems": (
        *("seeds", "reverse", "problems", "seed_problems", "evolve", "evolve_share", "taxonomy"),
        *("quota", "window", "critic", "near_duplicates", "decontaminate", "inputs"),
    ),
    "The model": (
        *("model", "base_url", "endpoints", "api_key_file", "serve_model", "vllm_command"),
        *("vllm_args", "second_model", "replay", "mistakes", "temperature", "top_p", "max_tokens"),
        *("route", "json_schemas", "timeout", "server_calls", "hedge_after"),
    ),
    "Embeddings": ("embedding_url", "embedding_model", "embedding_key_file", "embedding_threshold"),
    "Prices": ("prompt_price", "completion_price", "cached_price", "reasoning_price", "price"),
    "Evidence": (
        *("repairs", "policy_from", "reference", "mutants", "strength", "derive", "min_level"),
    ),
    "Where it runs": (
        *("sandbox", "slots", "cpu", "memory", "verifier"),
        *("engine", "ray_address", "workers", "worker_cpus", "worker_gpus"),
    ),
    "Watching": ("log_format", "metrics_port", "metrics_host", "otlp"),
}


@click.command(cls=Grouped, groups=_GROUPS)
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
    help="Problems in the making at once; with --engine ray, in each worker."
    "  [default: 16, 256 with a language model]",
)
@click.option(
    "--out",
    type=LocalPath(),
    default="runs/default",
    show_default=True,
    help="The run's folder; an unfinished run goes on.",
)
@click.option(
    "--journal",
    metavar="URL",
    help="A database for the journal, postgresql://user@host/database?run=NAME; else it is in"
    " --out.",
)
@problem_options
@embedding_options
@round_options
@click.option(
    "--inputs",
    type=click.IntRange(4, 64),
    default=12,
    show_default=True,
    help="Test inputs to ask for, beside the examples.",
)
@click.option(
    "--model",
    default="builtin",
    show_default=True,
    help="`builtin`, the name the server knows, or vllm:NAME_OR_PATH for vLLM in this process.",
)
@own_model_options
@click.option(
    "--second-model",
    help="Another model of the server, to write programs again from texts, and to judge.",
)
@server_options
@schema_option
@click.option(
    "--replay",
    type=RUN,
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
    type=RUN,
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
@click.option(
    "--verifier",
    multiple=True,
    help="A `codegen serve --jobs` that runs the programs, not a sandbox here; may be repeated.",
)
@engine_options
@watching_options
@click.option("--dry-run", is_flag=True, help="Print the prompts of one problem and call nothing.")
@config_option
def synthesize(**options: Any) -> int:
    """Make verified examples: problems, solutions in several languages, tests.

    Every example has been compiled, linted and executed, and its solution agrees with independent
    solutions on every test case. Interrupt it at any time: the same command goes on.
    """
    with with_fetched(_settings(options), options) as given:
        settings = with_round(given, options)
        if options["dry_run"]:
            from codegen.cli.dry_run import print_prompts

            print_prompts(settings)
            return 0
        check_given(settings, options)
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
    check_embedding(options)
    check_engine(options)
    unbounded = options["target"] is None and options["limit"] is None and not is_bounded(options)
    endless = options["problems"] is None
    remote = is_remote(options)
    return Settings(
        languages=language.parse_list(options["langs"]),
        seed=options["seed"],
        target=DEFAULT_TARGET if unbounded and endless else options["target"],
        limit=options["limit"],
        concurrency=options["concurrency"] or (256 if remote else 16),
        inputs=options["inputs"],
        sampling=Sampling(options["temperature"], options["top_p"], options["max_tokens"]),
        limits=Limits(
            cpu_s=options["cpu"],
            wall_s=max(30.0, WALL_PER_CPU * options["cpu"]),
            memory_bytes=options["memory"] << 20,
        ),
        budget=Budget(repairs=options["repairs"]),
        json_schemas=wants_schemas(options),
        **problem_settings(options),
        **evidence_settings(options),
        allowance=allowance_of(options),
    )


def _refuse_contradictions(options: dict[str, Any]) -> None:
    check_own_model(options)
    remote = has_server(options)
    if options["replay"] and remote:
        raise UsageError("--replay and --base-url exclude each other")
    named = options["model"] != "builtin" and not is_own(options)
    if named and not (remote or options["replay"]):
        raise UsageError(
            f"--model {options['model']} needs --base-url, for example http://127.0.0.1:8000/v1;"
            " without both, the builtin teacher answers"
        )
    if options["second_model"] and not remote:
        raise UsageError("--second-model needs --base-url: it is another model of that server")
    if remote and options["model"] == "builtin":
        raise UsageError("--base-url needs --model NAME, the name by which the server knows it")
    if options["verifier"] and options["slots"]:
        raise UsageError("--slots is for a sandbox here; with --verifier the server has its own")
    if options["mistakes"] is not None and (options["model"] != "builtin" or is_own(options)):
        raise UsageError("--mistakes is for the builtin teacher only")
