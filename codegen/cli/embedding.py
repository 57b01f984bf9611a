"""The options about an embedding model, which tells what texts mean the same; and opening it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import Finite, LocalPath, declared
from codegen.errors import UsageError

if TYPE_CHECKING:
    from codegen.model.contract import Embedder

embedding_options = declared(
    click.option(
        "--embedding-url",
        multiple=True,
        help="A server of an embedding model (`/v1/embeddings`), such as vLLM; may be repeated."
        " Statements that mean what an earlier one means are then rejected.",
    ),
    click.option("--embedding-model", help="The name by which that server knows its model."),
    click.option(
        "--embedding-key-file",
        type=LocalPath(),
        help="A file with that server's key. Without it no key is sent.",
    ),
    click.option(
        "--embedding-threshold",
        type=Finite(0.5, 1),
        default=0.95,
        show_default=True,
        help="The least cosine of two texts that mean the same.",
    ),
)


def check_embedding(options: dict[str, Any]) -> None:
    """Refuse options that lack each other.

    Raises:
        UsageError: says what is missing.
    """
    if bool(options["embedding_url"]) != bool(options["embedding_model"]):
        raise UsageError("--embedding-url and --embedding-model need each other")
    if options["embedding_key_file"] and not options["embedding_url"]:
        raise UsageError("--embedding-key-file needs --embedding-url")
    if options["embedding_url"]:
        from codegen.similarity import need_numpy

        need_numpy()


async def open_embedder(options: dict[str, Any]) -> Embedder | None:
    """Open the embedding model of the options; None where none is named.

    Raises:
        ModelError: the server does not answer, does not know the model, or gives no vectors.
        UsageError: the key cannot be read, or the URL is not usable.
    """
    if not options["embedding_url"]:
        return None
    from codegen.model.embedding import EmbeddingModel
    from codegen.secrets import find_api_key

    key_file = options["embedding_key_file"]
    model = EmbeddingModel(
        options["embedding_model"],
        options["embedding_url"],
        # the key of the model that writes is for its server alone
        api_key=find_api_key(key_file) if key_file else None,
        timeout_s=options.get("timeout", 600.0),
    )
    try:
        await model.check()
    except BaseException:
        await model.close()
        raise
    return model
