"""What flows: Seed → Problem → Case → Attempt → Verdict → Example. Frozen, with a JSON round trip.

A record is made from the last one, never changed. `to_json` gives plain JSON values and
`from_json` takes them back, refusing unknown keys and wrong types with a `UsageError` that names
the field. Identity is content: `content_id` hashes the canonical JSON form.

Not here: how a record is stored (`codegen.journal`) or exported (`codegen.export`).
"""

from codegen.records.example import (
    Attempt,
    ChatMessage,
    Example,
    Generation,
    ProblemRecord,
    Usage,
    Verification,
)
from codegen.records.failure import Arm, ErrorClass
from codegen.records.problem import (
    Case,
    Checker,
    Comparator,
    Comparison,
    IoCase,
    Parameter,
    Problem,
    Seed,
    Signature,
)
from codegen.records.verdict import (
    CaseResult,
    Diagnostic,
    Limits,
    Outcome,
    Resources,
    Severity,
    Stage,
    Verdict,
)
from codegen.wire import Json, canonical, content_id, from_json, to_json

__all__ = [
    "Arm",
    "Attempt",
    "Case",
    "CaseResult",
    "ChatMessage",
    "Checker",
    "Comparator",
    "Comparison",
    "Diagnostic",
    "ErrorClass",
    "Example",
    "Generation",
    "IoCase",
    "Json",
    "Limits",
    "Outcome",
    "Parameter",
    "Problem",
    "ProblemRecord",
    "Resources",
    "Seed",
    "Severity",
    "Signature",
    "Stage",
    "Usage",
    "Verdict",
    "Verification",
    "canonical",
    "content_id",
    "from_json",
    "to_json",
]
