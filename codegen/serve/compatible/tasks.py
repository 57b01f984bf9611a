"""From a foreign submission to a request of ours: its code, its cases or tests, its limits."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codegen import language as languages
from codegen.answer.blocks import AnswerError, fenced, without_thinking
from codegen.answer.code import extract_code
from codegen.answer.outline import is_clean, outline
from codegen.errors import UsageError
from codegen.language import Language
from codegen.serve.compatible import inferred, programs
from codegen.serve.compatible.fields import Fields
from codegen.serve.compatible.sandboxfusion import LANGUAGES, TESTED
from codegen.serve.failures import Refused
from codegen.verify.request import VerifyRequest

_STREAMS = {"input": "stdin", "output": "stdout"}


@dataclass(frozen=True, slots=True)
class Task:
    """A submission that can be judged.

    `found` says how its code was taken out of the completion; `infos` has what is told of each case
    beside its result; `all_cases` whether those after the first that fails are told of.
    """

    code: str
    found: str
    request: VerifyRequest
    infos: tuple[Any, ...] = ()
    all_cases: bool = False

    @property
    def full_code(self) -> str:
        """The code, and the tests behind it."""
        return self.code + ("\n" + self.request.tests if self.request.tests else "")


def of_row(fields: Fields, row: Fields) -> Task:
    """Return the task of a row of one of SandboxFusion's kinds of data sets.

    Raises:
        Refused: the kind is not known here, or the row is not of it.
    """
    kind = fields.inner("config").text("dataset_type", "")
    if kind == "MBPPDataset" or row.has("test_list"):
        return _tested(fields, row, "\n".join(row.texts("test_list")))
    test = _loaded(row.any("test"))
    if isinstance(test, list):
        return _streams(fields, [Fields(one, f"test[{n}]") for n, one in enumerate(test)])
    if isinstance(test, dict) and "code" in test:
        return _tested(fields, row, Fields(test, "test").text("code"))
    if isinstance(test, str) and row.has("entry_point"):
        return _tested(fields, row, f"{test}\n\ncheck({row.text('entry_point')})\n")
    if isinstance(test, str):
        return _tested(fields, row, test)
    raise Refused(
        400,
        "usage",
        "config.provided_data: expected test as a list of inputs and outputs (CommonOJDataset), as "
        "an object with code (AutoEvalDataset), as text (HumanEvalDataset), or test_list (MBPP)",
    )


def of_batch(fields: Fields) -> Task:
    """Return the task of ScaleBox's batch: inputs and outputs side by side.

    Raises:
        Refused: it is not of that form.
    """
    provided = fields.inner("config").inner("provided_data")
    given = provided.any("test_cases")
    if isinstance(given, list):
        given = _joined([Fields(one, f"test_cases[{n}]") for n, one in enumerate(given)])
    cases = Fields(given, "config.provided_data.test_cases")
    kind = cases.text("type", "function_call" if cases.has("fn_name") else "stdin_stdout")
    if kind == "assert":
        named = next((key for key in ("test", "tests") if cases.has(key)), "")
        asserts = cases.text(named) if named else "\n".join(cases.texts("assert_case"))
        return _tested(fields, provided, asserts)
    inputs, outputs = cases.items("input"), cases.items("output")
    if len(inputs) != len(outputs):
        raise Refused(400, "usage", f"{len(inputs)} inputs, but {len(outputs)} outputs")
    if kind == "stdin_stdout":
        return _fed(fields, [(_text(i), _text(o)) for i, o in zip(inputs, outputs, strict=True)])
    if kind == "function_call":
        return _called(fields, cases, inputs, outputs)
    raise Refused(400, "usage", f"test_cases.type: {kind!r} is none of those that are known")


def labels(row: Fields) -> dict[str, Any]:
    """Return the labels of a row, which may be JSON text."""
    found = _loaded(row.any("labels"))
    return found if isinstance(found, dict) else {}


def extracted(language: Language, completion: str) -> tuple[str, str]:
    """Return the code of a completion and how it was found: `fenced`, `heuristic` or `empty`.

    Of fenced blocks with the language's tag, or else with none, the last counts that is not much
    shorter than another.
    """
    try:
        text = without_thinking(completion)
    except AnswerError:
        return "", "empty"
    blocks = list(fenced(text, lambda content: is_clean(language, content)))
    tagged = [one for one in blocks if one.tag in language.fences]
    chosen = tagged or [one for one in blocks if not one.tag] or blocks
    if not chosen:
        return text.strip("\n") + "\n", "heuristic"
    longest = max(len(one.text) for one in chosen)
    return [one.text for one in chosen if 2 * len(one.text) >= longest][-1] + "\n", "fenced"


def _streams(fields: Fields, tests: Sequence[Fields]) -> Task:
    pairs = []
    for test in tests:
        for key, stream in _STREAMS.items():
            others = set(_object(test.any(key))) - {stream}
            if others:
                raise Refused(400, "usage", f"{key}: files are not served, only {stream}")
        given, wanted = test.inner("input"), test.inner("output")
        pairs.append((given.text("stdin", ""), wanted.text("stdout", "")))
    return _fed(fields, pairs)


def _fed(fields: Fields, pairs: Sequence[tuple[str, str]]) -> Task:
    language = _language(fields, {})
    code, found = extracted(language, fields.text("completion"))
    cases = [{"stdin": given, "expected": wanted} for given, wanted in pairs]
    infos = tuple({"input": {"stdin": i}, "output": {"stdout": o}} for i, o in pairs)
    request = _request(fields, language, code, cases=cases)
    return Task(code, found, request, infos, _all_cases(fields))


def _called(fields: Fields, cases: Fields, inputs: list[Any], outputs: list[Any]) -> Task:
    language = _language(fields, {})
    name = cases.text("fn_name")
    code, found = extracted(language, fields.text("completion"))
    if cases.any("json_input"):
        calls = [_lines(one) for one in inputs]
        wanted = [_loaded(one) for one in outputs]
    else:
        calls = [one if isinstance(one, list) else [one] for one in inputs]
        single = all(isinstance(one, list) and len(one) == 1 for one in outputs)
        wanted = [one[0] for one in outputs] if single else outputs
    signature = inferred.signature(name, calls, wanted)
    typed = [
        {"arguments": inferred.encoded(call), "expected": inferred.encoded(want)}
        for call, want in zip(calls, wanted, strict=True)
    ]
    infos = tuple({"input": i, "output": o} for i, o in zip(inputs, outputs, strict=True))
    solution = _method(language, code, name)
    comparator = "float" if "float" in signature.returns else "exact"
    request = _request(
        fields, language, solution, cases=typed, signature=signature, comparator=comparator
    )
    return Task(code, found, request, infos, _all_cases(fields))


def _method(language: Language, code: str, name: str) -> str:
    """Return Python code in which the method of a class `Solution` is a function."""
    if language.name != "python" or "class Solution" not in code:
        return code
    if any(name in item.names for item in outline(language, code).items):
        return code
    return f"{code.rstrip()}\n\n\n{name} = Solution().{name}\n"


def _tested(fields: Fields, row: Fields, tests: str) -> Task:
    language = _language(fields, labels(row))
    prompt = next((row.text(key) for key in ("prompt", "content") if row.has(key)), None)
    code, found = extracted(language, fields.text("completion"))
    entry = row.any("entry_point")
    if isinstance(entry, str) and prompt is not None:
        try:
            code = extract_code(
                language, fields.text("completion"), prompt=prompt, entry_point=entry
            )
        except AnswerError:
            code, found = "", "empty"
    assets = Fields(_object(_loaded(row.any("test"))), "test").files("asset")
    return Task(code, found, _request(fields, language, code, tests=tests, files=assets))


def _request(fields: Fields, language: Language, code: str, **given: Any) -> VerifyRequest:
    config = fields.inner("config")
    extra = config.inner("extra")
    limits = programs.within(config.seconds("run_timeout", 10.0))
    deadline_s = extra.seconds("total_timeout", 600.0) if extra.has("total_timeout") else None
    return VerifyRequest(
        language.name, code, lint="off", limits=limits, deadline_s=deadline_s, **given
    )


def _language(fields: Fields, told: dict[str, Any]) -> Language:
    config = fields.inner("config")
    if config.has("custom_extract_logic"):
        raise Refused(
            400,
            "usage",
            "config.custom_extract_logic is refused: it would be executed on the server; take the "
            "code out of the completion on your side, and send it in a fenced block",
        )
    labelled = told.get("execution_language") or told.get("programming_language") or "python"
    name = config.text("language", "") or str(labelled)
    return languages.get(programs.known(name, {**LANGUAGES, **TESTED}))


def _all_cases(fields: Fields) -> bool:
    return bool(fields.inner("config").inner("extra").any("run_all_cases"))


def _joined(cases: Sequence[Fields]) -> dict[str, Any]:
    if not cases:
        return {}
    first = {key: cases[0].any(key) for key in ("type", "fn_name", "json_input")}
    return {**first, **{key: [one.any(key) for one in cases] for key in ("input", "output")}}


def _lines(value: Any) -> list[Any]:
    if not isinstance(value, str):
        return value if isinstance(value, list) else [value]
    return [_loaded(line) for line in value.split("\n")]


def _loaded(value: Any) -> Any:
    """Return what JSON text holds; other text, and other values, as they are."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        return value


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(value)
    if not isinstance(value, str):
        raise UsageError(f"test_cases: expected text, got {type(value).__name__}")
    return value
