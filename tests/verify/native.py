"""Identity functions in every language, and values of `codegen.types` to send through them."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from codegen import language as languages
from codegen.records import Case, Comparator, Parameter, Problem, Signature, Verdict
from codegen.types import SCALARS, Type
from codegen.verify.native.gate import Judge
from codegen.verify.verifier import Verifier

_FRAMES = {
    "python": "$\n    return x\n",
    "rust": "use std::collections::HashMap;\n\n$ {\n    x\n}\n",
    "go": "package solution\n\n$ {\n\treturn x\n}\n",
    "javascript": "$\n  return x;\n}\n\nmodule.exports = { keep };\n",
    "typescript": "export $\n  return x;\n}\n",
    "java": "import java.util.*;\n\nclass Solution {\n    $\n        return x;\n    }\n}\n",
    "cpp": "#include <cstdint>\n#include <map>\n#include <optional>\n#include <string>\n"
    "#include <tuple>\n#include <vector>\n\n$\n    return x;\n}\n",
}
# ints that JavaScript has, too
_INTS = st.one_of(st.sampled_from([-(2**63), 0, -1, 2**53]), st.integers(-(2**40), 2**40))
_FLOATS = st.one_of(
    st.sampled_from(["NaN", "Infinity", "-Infinity", -0.0, 0, 3, 5e-324, 1e16, 1.7e308]),
    st.floats(allow_nan=False, allow_infinity=False),
)
_TEXTS = st.one_of(
    st.sampled_from(
        ["", '"\\\n\t\r\0', "\x001", "$name ${x} {{ y }} #{z}", "é\x85\u2028😀\U000e0001"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
)
_SCALARS = {"bool": st.booleans(), "int": _INTS, "float": _FLOATS, "str": _TEXTS}


def keep(language: str, signature: Signature) -> str:
    """Return a program whose function returns its one argument."""
    return _FRAMES[language].replace("$", languages.get(language).declaration(signature))


def problem(kind: str, comparator: str = "exact") -> Problem:
    """Return a problem whose answer is its argument."""
    signature = Signature("keep", (Parameter("x", kind),), kind)
    return Problem("p", "Keep", "Return x.", signature, (), comparator=Comparator(comparator))


def case(argument: Any, expected: Any) -> Case:
    """Return a case of a function of one parameter."""
    return Case("a", (argument,), expected, "reference")


def kinds() -> st.SearchStrategy[Type]:
    """Return any type, nested a little."""
    scalar = st.sampled_from(SCALARS).map(Type)
    keys = st.sampled_from(["bool", "int", "str"]).map(Type)

    def within(inner: st.SearchStrategy[Type]) -> st.SearchStrategy[Type]:
        several = st.lists(inner, min_size=2, max_size=4)
        return st.one_of(
            inner.map(lambda one: Type("list", (one,))),
            several.map(lambda some: Type("tuple", tuple(some))),
            st.tuples(keys, inner).map(lambda pair: Type("map", pair)),
            inner.filter(lambda one: one.name != "optional").map(lambda o: Type("optional", (o,))),
        )

    return st.recursive(scalar, within, max_leaves=5)


def values(kind: Type) -> st.SearchStrategy[Any]:
    """Return any value of a type, in its JSON form."""
    if kind.name in SCALARS:
        return _SCALARS[kind.name]
    inner = [values(one) for one in kind.arguments]
    if kind.name == "list":
        return st.lists(inner[0], max_size=4)
    if kind.name == "tuple":
        return st.tuples(*inner).map(list)
    if kind.name == "optional":
        return st.one_of(st.none(), inner[0])
    pairs = st.tuples(*inner).map(list)
    return st.lists(pairs, max_size=3, unique_by=lambda pair: repr(pair[0]))


def drawn(kind: Type, count: int) -> list[Any]:
    """Return the same values of a type at every call, for one program that holds them all."""
    found: list[Any] = []

    # each example draws from the start again, and the first one is the smallest
    @settings(
        max_examples=count,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(value=values(kind))
    def draw(value: Any) -> None:
        found.append(value)

    draw()
    return found


def native_judge(verifier: Verifier, language: str, *, reruns: int = 0) -> Judge:
    """Return a judge of native tests for the gate."""

    async def judge(program: str, tests: str, _: Verdict | None) -> Verdict:
        return await verifier.averify(language, program, tests=tests, lint="off", reruns=reruns)

    return judge
