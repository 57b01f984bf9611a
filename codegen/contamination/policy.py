"""What decontamination looks for, and every threshold.

Not here: the methods (`codegen.contamination`), the pass (`codegen.curate.decontamination`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from codegen.contamination.fit import LEAST_BITS
from codegen.contamination.overlap import ALIKE, RUN_OF_WORDS, Method


@dataclass(frozen=True, slots=True)
class Decontamination:
    """The benchmarks, and how their questions are found again.

    `targets` are files as `codegen.contamination.targets` reads them. `off` are methods that are
    left out, `record` those that note what they find and drop nothing. A run of `run_of_words`
    words in common, or `alike` as the share of three-word runs, make a statement a benchmark's; a
    reference of which `code` (with its names) or `renamed` (without) is in a program makes that one
    a benchmark's. `least_bits` is how much a question's calls must say to be asked by behaviour,
    `behavioural_limit` bounds how many programs are run for that; 0 runs none.
    """

    targets: tuple[str, ...] = ()
    off: tuple[Method, ...] = ()
    record: tuple[Method, ...] = ()
    run_of_words: int = RUN_OF_WORDS
    alike: float = ALIKE
    code: float = 0.6
    renamed: float = 0.9
    least_bits: float = LEAST_BITS
    behavioural_limit: int = 20_000
    sandbox: Literal["auto", "docker", "local"] = "auto"

    def complaints(self) -> Iterator[str]:
        """Yield what is wrong with it that its types do not say."""
        for key in ("alike", "code", "renamed"):
            if not 0 < getattr(self, key) <= 1:
                yield f"decontamination.{key} must be above 0 and at most 1"
        if self.run_of_words < 1:
            yield "decontamination.run_of_words must be at least 1"
        if self.behavioural_limit < 0:
            yield "decontamination.behavioural_limit must be at least 0"
