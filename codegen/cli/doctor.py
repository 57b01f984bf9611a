"""`codegen doctor`: what works on this machine, what does not, and what to do about it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import click

from codegen.cli.options import LocalPath, sandbox_options
from codegen.errors import CodegenError, ToolchainError, UsageError

if TYPE_CHECKING:
    from codegen.language import Language
    from codegen.sandbox.choose import Choice
    from codegen.sandbox.contract import Sandbox


@click.command()
@click.option("--langs", help="Languages to look at.  [default: all]")
@click.option("--model", help="A model, to see whether its server serves it.")
@click.option("--base-url", multiple=True, help="The model's server; may be repeated.")
@click.option("--api-key-file", type=LocalPath(), help="A file with the key.")
@sandbox_options
def doctor(**options: Any) -> int:
    """Check the daemon, the images, every language's tools and stages, and the model's server.

    Exit code 0 when everything that was looked at works, 1 when something does not.
    """
    return asyncio.run(_examine(options))


async def _examine(options: dict[str, Any]) -> int:
    from codegen import language

    chosen = language.parse_list(options["langs"] or ",".join(language.names()))
    names = _sandboxes(options["sandbox"])
    found = {name: await _examine_sandbox(name, chosen, options["slots"]) for name in names}
    works = [name for name in names if found[name] is not None]
    # of two sandboxes, one that this machine does not allow is no complaint
    complaints = sum(found[name] or 0 for name in works) + (0 if works else 1)
    if options["base_url"] or options["model"]:
        complaints += await _examine_model(options)
    if works:
        click.echo(f"programs run in the {works[0]} sandbox")
    click.echo("all is well" if not complaints else f"{complaints} to mend, see above")
    return 1 if complaints else 0


def _sandboxes(choice: Choice) -> tuple[Choice, ...]:
    from codegen.sandbox.docker_client import docker_available

    if choice != "auto":
        return (choice,)
    answers, reason = docker_available()
    if not answers:
        click.echo(f"docker   no ({reason}); the local sandbox serves instead")
    return ("docker", "local") if answers else ("local",)


async def _examine_sandbox(
    name: Choice, chosen: tuple[Language, ...], slots: int | None
) -> int | None:
    """Return how many languages do not work in a sandbox; None where it cannot work here at all."""
    from codegen.sandbox.choose import open_sandbox

    click.echo(f"{name} sandbox")
    if name == "local":
        from codegen.sandbox.kernel import described, look

        click.echo(f"       {described(look())}")
    try:
        sandbox = await open_sandbox(name, (), slots=slots)
    except CodegenError as error:
        _bad("", str(error))
        return None
    try:
        refusal = await _refusal(sandbox) if name == "local" else ""
        if refusal:
            _bad("", refusal)
            return None
        return sum([await _examine_language(one, sandbox) for one in chosen])
    finally:
        await sandbox.close()


async def _refusal(sandbox: Sandbox) -> str:
    """Say why this machine refuses the sandbox, whatever the language; nothing where it works."""
    from codegen.sandbox.contract import Job, Step

    try:
        await sandbox.run(Job("python", (Step("nothing", ("true",)),)))
    except ToolchainError:
        return ""  # a language's own trouble
    except UsageError as error:
        return str(error)
    return ""


async def _examine_language(language: Language, sandbox: Sandbox) -> int:
    from codegen.sandbox.choose import ensure
    from codegen.sandbox.environment import load
    from codegen.sandbox.images_verify import probe

    try:
        if sandbox.name == "docker":
            await ensure((language.environment,), on_event=lambda text: click.echo(f"  {text}"))
        report = await probe(sandbox, load(language.environment))
        if not report.works:
            return _bad(language.name, "; ".join(report.lines))
        wrong = await _hello(language, sandbox)
    except CodegenError as error:
        return _bad(language.name, str(error))
    if wrong:
        return _bad(language.name, wrong)
    click.echo(f"  ok   {language.name}: lint, compile, cases and tests work")
    for line in report.lines:
        click.echo(f"       {line}")
    return 0


async def _hello(language: Language, sandbox: Sandbox) -> str:
    """Judge the language's own proof of `passed` by cases and both forms of tests.

    Returns:
        What went wrong, or an empty string.
    """
    import tomllib

    from codegen.verify.verifier import Verifier

    proofs = language.folder / "proofs"
    task = tomllib.loads((proofs / "task.toml").read_text("utf-8"))
    proof = tomllib.loads((proofs / "passed.toml").read_text("utf-8"))
    asked: list[dict[str, Any]] = [
        {"cases": task["cases"], "signature": task["signature"]},
        {"tests": task["tests_importing"]},
        {"tests": task["tests_in_scope"]},
    ]
    async with Verifier(sandbox) as verifier:
        for given in asked:
            verdict = await verifier.averify(
                language.name, proof["solution"], lint="strict", **given
            )
            if not verdict.passed:
                said = verdict.message or "; ".join(d.message for d in verdict.diagnostics[:3])
                return f"{verdict.outcome} in {verdict.stage} ({', '.join(given)}): {said}"
    return ""


async def _examine_model(options: dict[str, Any]) -> int:
    from codegen.model.openai import OpenAIModel
    from codegen.secrets import find_api_key

    if not (options["base_url"] and options["model"]):
        return _bad("model", "name both --model and --base-url")
    try:
        key = find_api_key(options["api_key_file"])
        model = OpenAIModel(options["model"], options["base_url"], api_key=key)
        try:
            for endpoint in await model.check():
                click.echo(f"  ok   {endpoint.url} answers in {endpoint.seconds:.2f} s")
        finally:
            await model.close()
    except CodegenError as error:
        return _bad("model", str(error))
    return 0


def _bad(what: str, why: str) -> int:
    said = why.removeprefix(f"{what}: ")  # a toolchain's complaint begins with its language
    click.echo(f"  BAD  {what + ': ' if what else ''}{said}")
    return 1
