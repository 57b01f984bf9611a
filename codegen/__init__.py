"""codegen makes verified training data for code models.

The verifier is usable alone: `from codegen import Verifier`. Importing this package is cheap: every
name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codegen.errors import (
        CheckerError,
        CodegenError,
        DeadlineError,
        InfrastructureError,
        SandboxError,
        ToolchainError,
        UsageError,
    )
    from codegen.records import (
        Case,
        CaseResult,
        Checker,
        Comparator,
        Comparison,
        Diagnostic,
        IoCase,
        Limits,
        Outcome,
        Parameter,
        Resources,
        Severity,
        Signature,
        Stage,
        Verdict,
    )
    from codegen.verify.request import VerifyRequest
    from codegen.verify.run import ProcessResult, RunRequest, RunResult
    from codegen.verify.verifier import Verifier

__all__ = [
    "Case",
    "CaseResult",
    "Checker",
    "CheckerError",
    "CodegenError",
    "Comparator",
    "Comparison",
    "DeadlineError",
    "Diagnostic",
    "InfrastructureError",
    "IoCase",
    "Limits",
    "Outcome",
    "Parameter",
    "ProcessResult",
    "Resources",
    "RunRequest",
    "RunResult",
    "SandboxError",
    "Severity",
    "Signature",
    "Stage",
    "ToolchainError",
    "UsageError",
    "Verdict",
    "Verifier",
    "VerifyRequest",
]

_ERRORS = (
    "CheckerError",
    "CodegenError",
    "DeadlineError",
    "InfrastructureError",
    "SandboxError",
    "ToolchainError",
    "UsageError",
)
_RUNS = ("ProcessResult", "RunRequest", "RunResult")
_HOMES = {
    **dict.fromkeys(_ERRORS, "codegen.errors"),
    **dict.fromkeys(_RUNS, "codegen.verify.run"),
    "Verifier": "codegen.verify.verifier",
    "VerifyRequest": "codegen.verify.request",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, "codegen.records")), name)


def __dir__() -> list[str]:
    return __all__
