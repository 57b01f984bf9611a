"""Where examples come from, for whoever wants to make them again: models, prompts, toolchains.

Not here: what they are like (`codegen.report.figures`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from codegen.records import Example, Limits

Model = tuple[str, str]
Prompt = tuple[str, str]
Sampling = tuple[float, float, int]
Toolchain = tuple[str, str, str]


@dataclass(slots=True)
class Provenance:
    """Counts of kept examples, in any order.

    `models` are names and revisions, `prompts` turns and the SHA-256 of their templates, `sampling`
    temperature, top-p and the most tokens, `toolchains` language, sandbox and what identifies the
    toolchain; `sources` kinds of seeds, their sources and licences,
    `readers` the models that wrote programs again from texts.
    """

    models: Counter[Model] = field(default_factory=Counter)
    prompts: Counter[Prompt] = field(default_factory=Counter)
    sampling: Counter[Sampling] = field(default_factory=Counter)
    toolchains: Counter[Toolchain] = field(default_factory=Counter)
    limits: Counter[Limits] = field(default_factory=Counter)
    sources: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    readers: Counter[str] = field(default_factory=Counter)

    def add(self, example: Example) -> None:
        """Count one example."""
        generation, verification, seed = example.generation, example.verification, example.seed
        self.models[generation.model, generation.revision] += 1
        self.prompts.update(generation.prompts.items())
        self.sampling[generation.temperature, generation.top_p, generation.max_tokens] += 1
        self.toolchains[example.language, verification.sandbox, verification.environment] += 1
        self.limits[verification.limits] += 1
        self.sources[seed.kind, seed.source, seed.licence] += 1
        if example.back_translation is not None:
            self.readers[example.back_translation.model] += 1
