"""What a failure is called: from a verdict and the language's own words to a class of error.

Compilers and linters name the same fault differently, so `[failures]` in `language.toml` has a
pattern for a class where the tools' rule or message tells it; the rest follows from the stage.
"""

from __future__ import annotations

import re

from codegen.language import Language
from codegen.records import Diagnostic, ErrorClass, Outcome, Severity, Stage, Verdict

NO_CODE = "no-code"
_ENDS = {
    Outcome.PASSED: None,
    Outcome.SKIPPED: None,
    Outcome.RUNTIME_ERROR: ErrorClass.CRASH,
    Outcome.TAMPERED: ErrorClass.CRASH,
    Outcome.TIME_LIMIT: ErrorClass.LIMIT,
    Outcome.IDLE_LIMIT: ErrorClass.LIMIT,
    Outcome.MEMORY_LIMIT: ErrorClass.LIMIT,
    Outcome.OUTPUT_LIMIT: ErrorClass.LIMIT,
}
_LIMIT = re.compile(r": (?:time|idle|memory|output) limit: ")


def classify(language: Language, verdict: Verdict) -> ErrorClass | None:
    """Return the class of a verdict; None where nothing failed.

    Of several findings the first decides whose class is known; where there are errors, of those.
    """
    if verdict.stage is Stage.RUN:
        return _ENDS.get(verdict.outcome, ErrorClass.WRONG_ANSWER)
    if verdict.stage is Stage.PARSE:
        missing = any(one.rule == NO_CODE for one in verdict.diagnostics)
        return ErrorClass.NO_CODE if missing else ErrorClass.SYNTAX
    broken = [one for one in verdict.diagnostics if one.severity is Severity.ERROR]
    found = [_named(language, one) for one in broken or verdict.diagnostics]
    named = next((one for one in found if one is not None), None)
    return named or _by_stage(verdict)


def _named(language: Language, diagnostic: Diagnostic) -> ErrorClass | None:
    said = f"{diagnostic.rule}: {diagnostic.message}"
    return next(
        (
            ErrorClass(name)
            for name, pattern in language.failures.items()
            if re.search(pattern, said)
        ),
        None,
    )


def _by_stage(verdict: Verdict) -> ErrorClass:
    if verdict.stage is Stage.LINT:
        return ErrorClass.LINT
    if not verdict.diagnostics and _LIMIT.search(verdict.message):
        return ErrorClass.LIMIT
    return ErrorClass.TYPES
