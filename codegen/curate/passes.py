"""The passes of curation, in the order in which they are made.

A pass reads a draft, drops examples with a reason (the name of a filter) and a detail, notes
findings, sets columns. It sees what the passes before it left. What it returns, its figures, is in
`curation.json` under its name. To add one: a table in `codegen.curate.settings`, a class with this
contract, a line in `passes_of`.

Not here: the work before and after (`codegen.curate.curation`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from codegen.curate.draft import Draft
from codegen.curate.settings import CurationSettings
from codegen.records import Json


class Pass(Protocol):
    """One step of curation."""

    @property
    def name(self) -> str:
        """The pass's table in the settings, and its key in `curation.json`."""

    @property
    def filters(self) -> tuple[str, ...]:
        """The names of its filters, which are the reasons that it drops examples for."""

    def run(self, draft: Draft) -> Mapping[str, Json]:
        """Look through a draft; return figures that its rows do not say by themselves.

        Raises:
            UsageError: something that the settings name cannot be used.
        """


def passes_of(settings: CurationSettings, *, workers: int = 1) -> tuple[Pass, ...]:
    """Return the passes that the settings ask for; `workers` processes may share a pass's work."""
    # each is imported here, as it loads what it needs
    from codegen.curate.compliance import CompliancePass  # noqa: PLC0415
    from codegen.curate.contradictions import ContradictionPass  # noqa: PLC0415
    from codegen.curate.decontamination import DecontaminationPass  # noqa: PLC0415
    from codegen.curate.duplicates import DuplicatePass  # noqa: PLC0415
    from codegen.curate.heuristics import HeuristicPass  # noqa: PLC0415
    from codegen.curate.judgements import AnnotationPass  # noqa: PLC0415
    from codegen.curate.kinship import Pairs  # noqa: PLC0415
    from codegen.curate.splits import SplitPass  # noqa: PLC0415

    pairs = Pairs()
    return (
        AnnotationPass(settings.annotations),
        HeuristicPass(settings.heuristics, workers),
        CompliancePass(settings.compliance, workers),
        ContradictionPass(settings.contradictions),
        DuplicatePass(settings.duplicates, pairs, workers),
        DecontaminationPass(settings.decontamination, workers),
        SplitPass(settings.splits, pairs),
    )
