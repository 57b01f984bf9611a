"""codegen makes verified training data for code models.

The verifier is usable alone: `from codegen import Verifier`. Importing this package is cheap: every
name is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from codegen.errors import (
        CodegenError,
        InfrastructureError,
        SandboxError,
        ToolchainError,
        UsageError,
    )
    from codegen.records import (
        Case,
        CaseResult,
        Comparator,
        Diagnostic,
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
    from codegen.verify.verifier import Verifier

__all__ = [
    "Case",
    "CaseResult",
    "CodegenError",
    "Comparator",
    "Diagnostic",
    "InfrastructureError",
    "Limits",
    "Outcome",
    "Parameter",
    "Resources",
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

_ERRORS = ("CodegenError", "InfrastructureError", "SandboxError", "ToolchainError", "UsageError")
_HOMES = {
    **dict.fromkeys(_ERRORS, "codegen.errors"),
    "Verifier": "codegen.verify.verifier",
    "VerifyRequest": "codegen.verify.request",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES.get(name, "codegen.records")), name)


def __dir__() -> list[str]:
    return __all__
