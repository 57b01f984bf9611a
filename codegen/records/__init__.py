"""What flows: Seed → Problem → Case → Attempt → Verdict → Example. Frozen, with a JSON round trip.

A record is made from the last one, never changed. `to_json` gives plain JSON values and
`from_json` takes them back, refusing unknown keys and wrong types with a `UsageError` that names
the field. Identity is content: `content_id` hashes the canonical JSON form.

Not here: how a record is stored (`codegen.journal`) or exported (`codegen.export`).
"""

from codegen.records.derived import (
    Alternative,
    Arbitration,
    BackTranslation,
    Judgement,
    Lineage,
    Planted,
    Relation,
    Steering,
    TextForm,
)
from codegen.records.example import (
    Attempt,
    ChatMessage,
    Example,
    ExampleKind,
    Generation,
    ProblemRecord,
    Refused,
    Usage,
    Verification,
)
from codegen.records.failure import Arm, ErrorClass
from codegen.records.native import GateReason, GateResult
from codegen.records.problem import (
    PROGRAM,
    Case,
    Checker,
    Comparator,
    Comparison,
    Interface,
    IoCase,
    Parameter,
    Problem,
    Retry,
    Seed,
    Signature,
    Traits,
)
from codegen.records.strength import Equivalent, Mutant, Strength
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
    "PROGRAM",
    "Alternative",
    "Arbitration",
    "Arm",
    "Attempt",
    "BackTranslation",
    "Case",
    "CaseResult",
    "ChatMessage",
    "Checker",
    "Comparator",
    "Comparison",
    "Diagnostic",
    "Equivalent",
    "ErrorClass",
    "Example",
    "ExampleKind",
    "GateReason",
    "GateResult",
    "Generation",
    "Interface",
    "IoCase",
    "Json",
    "Judgement",
    "Limits",
    "Lineage",
    "Mutant",
    "Outcome",
    "Parameter",
    "Planted",
    "Problem",
    "ProblemRecord",
    "Refused",
    "Relation",
    "Resources",
    "Retry",
    "Seed",
    "Severity",
    "Signature",
    "Stage",
    "Steering",
    "Strength",
    "TextForm",
    "Traits",
    "Usage",
    "Verdict",
    "Verification",
    "canonical",
    "content_id",
    "from_json",
    "to_json",
]
