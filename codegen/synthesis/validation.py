"""Whether signatures, values and cases that somebody else wrote can be used.

Every refusal is an `AnswerError` in words that a model or a user can act on.

Not here: where the data comes from (`codegen.synthesis.problems`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from codegen import language, types
from codegen.answer.blocks import AnswerError
from codegen.errors import UsageError
from codegen.records import PROGRAM, Case, Comparator, Json, Parameter, Signature, canonical
from codegen.verify.interface import same_answer

MOST_PARAMETERS = 8
MOST_VALUE = 64_000
"""Characters of JSON in one case."""
MOST_CASES = 500
_MOST_NAME = 60
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Inputs:
    """Usable cases, and how many were dropped for which reason."""

    cases: tuple[Case, ...]
    dropped: Mapping[str, int] = field(default_factory=dict)


def valid_signature(value: Json) -> Signature:
    """Return a signature whose names and types every language can write.

    Raises:
        AnswerError: a key, a name or a type is wrong.
    """
    value = _object(value, "signature", ("name", "parameters", "returns"))
    name = valid_name(value["name"], "the function")
    listed = value["parameters"]
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_PARAMETERS:
        raise AnswerError(
            f"signature.parameters must be an array of 1 to {MOST_PARAMETERS} objects"
        )
    parameters = tuple(
        _parameter(item, f"signature.parameters[{i}]") for i, item in enumerate(listed)
    )
    _all_distinct([name, *(one.name for one in parameters)])
    return Signature(name, parameters, _type(value["returns"], "signature.returns"))


def valid_name(value: Json, what: str) -> str:
    """Return a snake_case name that is a keyword in no language.

    Raises:
        AnswerError: it is none.
    """
    if not isinstance(value, str) or len(value) > _MOST_NAME or not _NAME.fullmatch(value):
        raise AnswerError(f"the name of {what}, {_shown(value)}, is not snake_case in ASCII")
    for one in map(language.get, language.names()):
        if value in one.naming.keywords:
            raise AnswerError(f"the name of {what}, {value!r}, is a keyword in {one.title}")
    return value


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
    reason = types.mismatch(value["expected"], types.parse(signature.returns), f"{where}.expected")
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
        raise AnswerError(f"{where} must be a string: the whole text, got {_shown(value)}")
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


def _parameter(value: Json, where: str) -> Parameter:
    value = _object(value, where, ("name", "type"))
    return Parameter(valid_name(value["name"], where), _type(value["type"], f"{where}.type"))


def _type(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise AnswerError(f'{where} must be a type written as a string, such as "list[int]"')
    try:
        return str(types.parse(value))
    except UsageError as error:
        raise AnswerError(f"{where}: {error}") from error
    except RecursionError as error:
        raise AnswerError(f"{where}: the type is nested too deeply") from error


def _all_distinct(names: list[str]) -> None:
    for one in map(language.get, language.names()):
        counted = Counter(map(one.identifier, names))
        twice = next((name for name, count in counted.items() if count > 1), None)
        if twice is not None:
            raise AnswerError(f"two names of the signature are the same in {one.title}: {twice!r}")


def _unfit(value: Json, signature: Signature, where: str) -> str:
    expected = len(signature.parameters)
    if not isinstance(value, list) or len(value) != expected:
        return f"{where} must be an array of {expected} arguments, got {_shown(value)}"
    pairs = zip(value, signature.parameters, strict=True)
    reasons = (types.mismatch(one, types.parse(p.type), f"{where}: {p.name}") for one, p in pairs)
    return next(filter(None, reasons), "")


def _object(value: Json, where: str, keys: tuple[str, ...]) -> Mapping[str, Json]:
    if not isinstance(value, Mapping) or not set(keys) <= set(value):
        wanted = ", ".join(f'"{key}"' for key in keys)
        raise AnswerError(f"{where} must be an object with {wanted}, got {_shown(value)}")
    return value


def _shown(value: Json) -> str:
    text = canonical(value)
    return text if len(text) <= 80 else text[:77] + "…"  # noqa: PLR2004 - fits a line
