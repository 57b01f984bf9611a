"""How values come to be believed: candidates answer, agree, are arbitrated, and are made wrong.

The waiting around `codegen.synthesis.council`, which decides; see there for the rules.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from codegen.errors import ModelRefusal
from codegen.language import Language
from codegen.prompt import asked_in, solution_prompt
from codegen.records import Arbitration
from codegen.synthesis.allowance import together
from codegen.synthesis.arbitration import arbitrate
from codegen.synthesis.candidate import Candidate, ask, recheck, restart, verify
from codegen.synthesis.council import Council, Rejection
from codegen.synthesis.desk import Desk
from codegen.synthesis.given import examine, given_candidate
from codegen.synthesis.proof import (
    MOST_EXTENSIONS,
    Proof,
    faults_of,
    more_inputs,
    more_tests_prompt,
    prove,
)

INDEPENDENT_SOLUTIONS = 3
REFERENCE = 900
"""The number of the reference among the candidates of its language."""


@dataclass(slots=True)
class Deliberation:
    """The candidates of one problem at work; to be carried out once.

    `given` is a program that was there before the problem, in the language of the seed.
    """

    desk: Desk
    council: Council
    given: str = ""
    arbitrations: tuple[Arbitration, ...] = ()

    async def agree(self) -> None:
        """Have candidates answer until they agree.

        Raises:
            Rejection: they do not.
        """
        languages = self.desk.world.languages
        each = math.ceil(INDEPENDENT_SOLUTIONS / len(languages))
        for language in languages:
            for _ in range(each):
                self._join(language)
        if self.desk.world.reference:
            self._join_reference()
        seed, problem = self.desk.task.seed, self.council.problem
        given = given_candidate(seed, self.given, problem, languages) if self.given else None
        if given is not None:
            self.council.candidates.append(given)
        await self._settle()

    async def arbitrate(self) -> None:
        """Have disputed values confirmed.

        Raises:
            Rejection: one of them is not.
        """
        self.arbitrations = (*self.arbitrations, *await arbitrate(self.council, self.desk))

    async def prove(self) -> dict[str, Proof]:
        """Measure the cases' strength, and ask for more inputs while they let faults through.

        Raises:
            Rejection: the solutions do not agree on the new inputs.
        """
        proofs: dict[str, Proof] = {}
        for extension in range(MOST_EXTENSIONS + 1):
            proofs = await prove(self.desk.world, self.council, self.desk.task.index, proofs)
            faults = faults_of(proofs)
            if not faults or extension == MOST_EXTENSIONS:
                break
            if not await self._extend(faults, extension):
                break
        return proofs

    async def _settle(self) -> None:
        while self.council.open():
            await together(self._round(one) for one in self.council.open())
            self._assess()

    def _assess(self) -> None:
        wanted = self.council.assess()
        if wanted is not None:
            self._join(next(x for x in self.desk.world.languages if x.name == wanted))

    async def _round(self, candidate: Candidate) -> None:
        bench, council = self.desk.world.bench, self.council
        if candidate.given:
            await examine(bench, candidate, council.problem, council.cases)
            return
        try:
            text = await ask(bench, candidate, self.desk.task.index)
        except ModelRefusal:
            # a conversation that grew too long; a fresh one may fit
            restart(candidate, council.policy.budget)
            return
        await verify(bench, candidate, text, council.problem, council.cases)
        bench.progress.attempt(candidate.attempts[-1])

    async def _extend(self, faults: list[str], extension: int) -> bool:
        """Settle more inputs, as the first ones were; False where there is none to be had."""
        council, bench = self.council, self.desk.world.bench
        prompt = more_tests_prompt(council.problem, council.cases, faults)
        try:
            inputs = await self.desk.parsed(
                "tests", prompt, lambda text: more_inputs(text, council, extension), extension + 1
            )
        except Rejection:
            # weak cases are no reason to lose a problem: its level says what they are worth
            return False
        council.extend(inputs)
        await together(
            recheck(bench, one, council.problem, council.cases) for one in council.open()
        )
        self._assess()
        await self._settle()
        await self.arbitrate()
        return True

    def _join(self, language: Language) -> None:
        number = sum(
            one.language.name == language.name and one.purpose == "solution" and not one.given
            for one in self.council.candidates
        )
        prompt = solution_prompt(self.council.problem, language)
        tests = self.desk.task.tests.get(language.name, "")
        candidate = Candidate(language, number, prompt, tests)
        candidate.begin()
        self.council.candidates.append(candidate)

    def _join_reference(self) -> None:
        """Add a program that follows the statement by brute force; it votes as the others do."""
        language, problem = self.desk.world.languages[0], self.council.problem
        prompt = asked_in(language, problem, "reference")
        candidate = Candidate(language, REFERENCE, prompt, purpose="reference")
        candidate.begin()
        self.council.candidates.append(candidate)
