"""Options of `codegen export` about what rows are like, how they are counted, and their files."""

from __future__ import annotations

import click

from codegen.cli.options import Finite, declared

choice_options = declared(
    click.option("--seed", default=0, show_default=True, help="Decides where programs are cut."),
    click.option(
        "--fim-tokens",
        type=click.Choice(["starcoder", "qwen", "codellama", "deepseek"]),
        default="starcoder",
        show_default=True,
        help="Whose marks the style fim uses.",
    ),
    click.option(
        "--fim-mode",
        type=click.Choice(["psm", "spm"]),
        default="psm",
        show_default=True,
        help="Prefix, suffix, middle; or suffix, prefix, middle.",
    ),
    click.option(
        "--fim-rate",
        type=Finite(0, 1),
        default=1.0,
        show_default=True,
        help="Share of programs that the style fim cuts.",
    ),
    click.option(
        "--reasoning",
        type=click.Choice(["drop", "keep"]),
        default="drop",
        show_default=True,
        help="Of sft: whether answers begin with what the model thought, between <think> marks.",
    ),
)
token_options = declared(
    click.option(
        "--tokenizer",
        help="A tokenizer (folder or name): counts tokens, checks the chat template on every row.",
    ),
    click.option(
        "--max-tokens",
        type=click.IntRange(1),
        help="Leave longer rows out, and count them; needs --tokenizer.",
    ),
    click.option(
        "--token-ids",
        is_flag=True,
        help="Write `input_ids` and `assistant_masks` of conversations; needs --tokenizer.",
    ),
)
file_options = declared(
    click.option(
        "--file-type",
        type=click.Choice(["jsonl", "parquet"]),
        default="jsonl",
        show_default=True,
        help="Parquet needs the extra `export`.",
    ),
    click.option(
        "--shard-rows",
        type=click.IntRange(1),
        default=100_000,
        show_default=True,
        help="Most rows of a file.",
    ),
    click.option(
        "--shard-mib",
        type=click.IntRange(1),
        default=512,
        show_default=True,
        help="Most MiB of a file, counted as JSON.",
    ),
)
