"""What a run was asked for: everything on which its records depend, and how it is carried out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from codegen.contamination.targets import digest_of
from codegen.journal.place import Named
from codegen.language import Language
from codegen.model.contract import Sampling
from codegen.records import Json, Limits, content_id, to_json
from codegen.synthesis.allowance import Allowance
from codegen.synthesis.inspiration import accepted_problems
from codegen.synthesis.payoffs import Payoffs
from codegen.synthesis.policy import Budget
from codegen.synthesis.quotas import Quota
from codegen.synthesis.rounds import FIRST, Round
from codegen.synthesis.taxonomy import load_taxonomy
from codegen.synthesis.world import DERIVATIONS


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. `target` and `limit` count problems; None means no bound.

    With `quotas`, a problem is drawn when those that are `window` before it have ended. With
    `json_schemas`, answers that are JSON alone are asked for under the schemas of their prompts.
    Where the source of its problems is a copy, `url` names what it was copied from.
    """

    languages: tuple[Language, ...]
    seed: int = 0
    target: int | None = None
    limit: int | None = None
    concurrency: int = 16
    inputs: int = 12
    sampling: Sampling = Sampling()
    limits: Limits = Limits()
    budget: Budget = field(default_factory=Budget)
    payoffs: Payoffs = field(default_factory=Payoffs)
    seeds: Path | None = None
    problems: Path | None = None
    reference: bool = True
    mutants: int = 8
    strength: float = 0.8
    derive: tuple[str, ...] = DERIVATIONS
    least: str = "L3"
    allowance: Allowance = Allowance()
    taxonomy: Path | None = None
    quotas: tuple[Quota, ...] = ()
    window: int = 32
    seed_problems: Path | None = None
    reverse: Path | None = None
    evolve: Named | None = None
    evolve_share: float = 0.0
    critic: bool = True
    near_duplicates: float | None = None
    embedding_threshold: float = 0.95
    decontaminate: tuple[Path, ...] = ()
    round: Round | None = None
    json_schemas: bool = False
    url: str = ""

    def fingerprint(self, model: str, revision: str, sandbox: str) -> Json:
        """Return what must be the same for a run to be resumed; how far it goes may differ."""
        return {
            "languages": [one.name for one in self.languages],
            "seed": self.seed,
            "inputs": self.inputs,
            "sampling": to_json(self.sampling),
            "limits": to_json(self.limits),
            "repairs": self.budget.repairs,
            "starts": self.budget.starts,
            "policy": self.payoffs.to_json(),
            "seeds": self._named(self.seeds),
            "problems": self._named(self.problems),
            "reference": self.reference,
            "mutants": self.mutants,
            "strength": self.strength,
            "derive": list(self.derive),
            "taxonomy": to_json(load_taxonomy(self.taxonomy)) if self.taxonomy else None,
            "quotas": {f"{one.dimension}={one.value}": str(one.share) for one in self.quotas},
            "window": self.window if self.quotas or self.evolve_share else None,
            "seed_problems": digest_of(self.seed_problems) if self.seed_problems else None,
            "evolve": _ids(self.evolve) if self.evolve else None,
            "evolve_share": self.evolve_share,
            "critic": self.critic,
            "near_duplicates": self.near_duplicates,
            "decontaminate": sorted(digest_of(path) for path in self.decontaminate),
            **({"reverse": self._named(self.reverse)} if self.reverse else {}),
            **({"json_schemas": True} if self.json_schemas else {}),
            **(self.round.fingerprint() if self.round else FIRST),
            "model": model,
            "revision": revision,
            "sandbox": sandbox,
        }

    def _named(self, source: Path | None) -> str | None:
        return (self.url or str(source.resolve())) if source else None


def _ids(folder: Named) -> str:
    return content_id([problem.id for problem in accepted_problems(folder)])
