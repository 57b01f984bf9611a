"""What a case asks: the arguments of a call, or a constructor's and a sequence of operations.

A function's case has one value for each parameter. A class's has one value more, the operations,
each `["method", [arguments, …]]`; its result is the list of theirs. So which type a result has may
depend on the case.

Not here: types and values by themselves (`codegen.types`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from codegen.errors import UsageError
from codegen.records import Case, Signature, canonical
from codegen.types import Type, mismatch, parse

MOST_OPERATIONS = 10_000
_NOTHING = Type("nothing")
_PAIR = 2


def result_type(signature: Signature, arguments: Sequence[Any]) -> Type:
    """Return the type of a case's result; the arguments fit the signature.

    Raises:
        UsageError: a type is none of `codegen.types`.
    """
    if not signature.methods:
        return parse(signature.returns)
    kinds = {one.name: returned(one) for one in signature.methods}
    return Type("results", tuple(kinds[name] for name, _ in arguments[-1]))


def returned(method: Signature) -> Type:
    """Return what a method returns; `nothing` where that is nothing.

    Raises:
        UsageError: a type is none of `codegen.types`.
    """
    return parse(method.returns) if method.returns else _NOTHING


def unfit(arguments: Any, signature: Signature, where: str) -> str:
    """Return why arguments do not fit a signature, naming the first that does not; empty if none.

    Raises:
        UsageError: a type is none of `codegen.types`.
    """
    wanted = len(signature.parameters) + bool(signature.methods)
    if not isinstance(arguments, (list, tuple)) or len(arguments) != wanted:
        given = len(arguments) if isinstance(arguments, (list, tuple)) else "no array is"
        last = ", the last of them the operations" if signature.methods else ""
        return f"{where}: {given} given, the signature has {wanted}{last}"
    for index, (value, parameter) in enumerate(zip(arguments, signature.parameters, strict=False)):
        wrong = mismatch(value, parse(parameter.type), f"{where}[{index}]")
        if wrong:
            return wrong
    return _operations_unfit(arguments[-1], signature, where) if signature.methods else ""


def _operations_unfit(operations: Any, signature: Signature, where: str) -> str:
    where = f"{where}[{len(signature.parameters)}]"
    if not isinstance(operations, list) or not operations:
        return f'{where}: expected the operations, an array of ["method", [arguments]]'
    if len(operations) > MOST_OPERATIONS:
        return f"{where}: {len(operations)} operations; {MOST_OPERATIONS} are the most"
    methods = {one.name: one for one in signature.methods}
    reasons = (
        _operation_unfit(one, methods, f"{where}[{number}]")
        for number, one in enumerate(operations)
    )
    return next(filter(None, reasons), "")


def _operation_unfit(operation: Any, methods: dict[str, Signature], where: str) -> str:
    if not isinstance(operation, (list, tuple)) or len(operation) != _PAIR:
        return f'{where}: expected an operation, ["method", [arguments]]'
    name, arguments = operation
    if not isinstance(name, str) or name not in methods:
        return f"{where}: no method {name!r} (there is {', '.join(methods)})"
    return unfit(arguments, methods[name], f"{where}[1]")


def checked_class(signature: Signature) -> None:
    """See to it that a signature is that of a function, or of a class that can be asked.

    Raises:
        UsageError: it is neither; names what is wrong.
    """
    if not signature.methods:
        if not signature.returns:
            raise UsageError(
                "signature.returns: missing; a function has a type there, a class has methods"
            )
        return
    if signature.returns:
        raise UsageError("signature.returns: a class has none; leave it empty")
    names = [one.name for one in signature.methods]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise UsageError(f"signature.methods: {twice!r} is there twice")
    if any(one.methods for one in signature.methods):
        raise UsageError("signature.methods: a method has no methods of its own")


def declared(signature: Signature) -> str:
    """Return how a solution is used, in neutral types: a line for a constructor and each method."""
    own = (signature, *signature.methods)
    return "\n".join(_declared(one, indented=one is not signature) for one in own)


def _declared(one: Signature, *, indented: bool) -> str:
    parameters = ", ".join(f"{p.name}: {p.type}" for p in one.parameters)
    returns = f" -> {one.returns}" if one.returns else ""
    return f"{'    ' if indented else ''}{one.name}({parameters}){returns}"


def asked(arguments: Sequence[Any], signature: Signature) -> list[str]:
    """Return how an object is made and what it is asked, a line for each: `push(3)`."""
    given = len(signature.parameters)
    operations = arguments[given]
    made = _call(signature.name, arguments[:given])
    return [made, *(_call(name, values) for name, values in operations)]


def steps(case: Case, signature: Signature) -> list[str]:
    """Return the same with the expected result of each operation: `pop() → 3`."""
    made, *calls = asked(case.arguments, signature)
    kinds = result_type(signature, case.arguments).arguments
    return [
        made,
        *(
            call if kind == _NOTHING else f"{call} → {canonical(result)}"
            for call, result, kind in zip(calls, case.expected, kinds, strict=True)
        ),
    ]


def _call(name: str, values: Sequence[Any]) -> str:
    return f"{name}({', '.join(map(canonical, values))})"
