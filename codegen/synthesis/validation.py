"""Whether values and cases that somebody else wrote can be used.

Every refusal is an `AnswerError` in words that a model or a user can act on.

Not here: signatures (`codegen.synthesis.signature`), where the data comes from
(`codegen.synthesis.problems`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from codegen import types
from codegen.answer.blocks import AnswerError
from codegen.operations import result_type, unfit
from codegen.records import PROGRAM, Case, Comparator, Json, Signature, canonical
from codegen.synthesis.signature import shown
from codegen.verify.interface import same_answer

MOST_VALUE = 64_000
"""Characters of JSON in one case."""
MOST_CASES = 500


@dataclass(frozen=True, slots=True)
class Inputs:
    """Usable cases, and how many were dropped for which reason."""

    cases: tuple[Case, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)


def valid_case(value: Json, signature: Signature, where: str) -> Case:
    """Return a case with its expected value; the id is left empty.

    That of a program is an object with "stdin" and "expected", two texts.

    Raises:
        AnswerError: arguments or expected value do not fit the signature, or are too large.
    """
    if signature == PROGRAM:
        value = _run(value, where)
    if not isinstance(value, Mapping) or "expected" not in value or "arguments" not in value:
        raise AnswerError(f'{where} must be an object with "arguments" and "expected"')
    arguments = valid_arguments(value["arguments"], signature, where)
    kind = result_type(signature, arguments)
    reason = types.mismatch(value["expected"], kind, f"{where}.expected")
    if reason:
        raise AnswerError(reason)
    if len(canonical(value["expected"])) > MOST_VALUE:
        raise AnswerError(f"{where}.expected has more than {MOST_VALUE:,} characters")
    return Case("", arguments, value["expected"], "specification")


def _run(value: Json, where: str) -> Json:
    if not isinstance(value, Mapping) or set(value) != {"stdin", "expected"}:
        raise AnswerError(f'{where} must be an object with "stdin" and "expected", nothing else')
    for key in ("stdin", "expected"):
        valid_text(value[key], f"{where}.{key}")
    return {"arguments": [value["stdin"]], "expected": value["expected"]}


def valid_text(value: Json, where: str) -> str:
    """Return what a program reads or prints.

    Raises:
        AnswerError: it is no text, or holds half a surrogate pair.
    """
    if not isinstance(value, str):
        raise AnswerError(f"{where} must be a string: the whole text, got {shown(value)}")
    if not value.isascii() and any("\ud800" <= one <= "\udfff" for one in value):
        raise AnswerError(f"{where} holds half a surrogate pair, which cannot be written as UTF-8")
    return value


def valid_arguments(value: Json, signature: Signature, where: str) -> tuple[Json, ...]:
    """Return arguments in the order of the signature, given as an array or by name.

    A sole argument may be given bare, where it cannot be taken for an array of arguments.

    Raises:
        AnswerError: they do not fit the signature, or are too large.
    """
    names = [one.name for one in signature.parameters]
    if signature.methods:
        names.append("operations")
    if isinstance(value, Mapping) and "arguments" in value and "arguments" not in names:
        value = value["arguments"]
    if isinstance(value, Mapping) and sorted(value) == sorted(names):
        value = [value[name] for name in names]
    reason = _unfit(value, signature, where)
    if reason and len(names) == 1 and not _unfit([value], signature, where):
        value, reason = [value], ""
    if not reason and len(canonical(value)) > MOST_VALUE:
        reason = f"{where} has more than {MOST_VALUE:,} characters"
    if reason:
        raise AnswerError(reason)
    return tuple(value)


def valid_examples(value: Json, signature: Signature, where: str = "examples") -> tuple[Case, ...]:
    """Return all cases of an array, each once, as the specification gives them.

    Raises:
        AnswerError: one of them is wrong, or two of them contradict each other.
    """
    if not isinstance(value, list) or len(value) > MOST_CASES:
        raise AnswerError(f"{where} must be an array of at most {MOST_CASES} objects")
    found: dict[str, Case] = {}
    for number, item in enumerate(value):
        case = valid_case(item, signature, f"{where}[{number}]")
        key = canonical(case.arguments)
        if key in found and not _agree(found[key], case, signature):
            raise AnswerError(f"{where}[{number}] contradicts an example with the same arguments")
        found.setdefault(key, case)
    return numbered(found.values(), "example")


def _agree(one: Case, other: Case, signature: Signature) -> bool:
    if signature == PROGRAM:
        return same_answer(one.expected, other.expected, signature, Comparator.EXACT)
    return canonical(one.expected) == canonical(other.expected)


def valid_inputs(values: list[Json], signature: Signature, known: Iterable[Case]) -> Inputs:
    """Return the usable inputs among many; those that cannot be used are counted by reason."""
    seen = {canonical(case.arguments) for case in known}
    dropped: Counter[str] = Counter()
    cases: list[Case] = []
    for number, value in enumerate(values):
        if len(cases) == MOST_CASES:
            dropped["too many"] += 1
            continue
        try:
            case = Case("", _input(value, signature, f"inputs[{number}]"))
        except AnswerError:
            dropped["does not fit the signature"] += 1
            continue
        key = canonical(case.arguments)
        if key in seen:
            dropped["repeated"] += 1
            continue
        seen.add(key)
        cases.append(case)
    return Inputs(numbered(cases, "input"), dict(dropped))


def _input(value: Json, signature: Signature, where: str) -> tuple[Json, ...]:
    """Return the arguments of an input; a program's text ends with a line break, if it is one."""
    if signature != PROGRAM:
        return valid_arguments(value, signature, where)
    stdin = value.get("stdin") if isinstance(value, Mapping) else value
    (one,) = stdin if isinstance(stdin, list) and len(stdin) == 1 else (stdin,)
    text = valid_text(one, where)
    # a last line that nothing ends is an edge of reading, which no statement speaks of
    ended = text if text.endswith("\n") or not text else text + "\n"
    return valid_arguments([ended], signature, where)


def numbered(cases: Iterable[Case], prefix: str) -> tuple[Case, ...]:
    """Return cases with the ids `prefix-1`, `prefix-2` and so on."""
    return tuple(replace(case, id=f"{prefix}-{n}") for n, case in enumerate(cases, 1))


def _unfit(value: Json, signature: Signature, where: str) -> str:
    if signature.methods:
        return unfit(value, signature, where)
    expected = len(signature.parameters)
    if not isinstance(value, list) or len(value) != expected:
        return f"{where} must be an array of {expected} arguments, got {shown(value)}"
    pairs = zip(value, signature.parameters, strict=True)
    reasons = (types.mismatch(one, types.parse(p.type), f"{where}: {p.name}") for one, p in pairs)
    return next(filter(None, reasons), "")
