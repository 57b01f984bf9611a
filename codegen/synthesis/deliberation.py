"""How values come to be believed: candidates answer, agree, are arbitrated, and are made wrong.

The waiting around `codegen.synthesis.council`, which decides; see there for the rules.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field, replace

from codegen.errors import ModelRefusal
from codegen.language import Language
from codegen.prompt import asked_in, solution_prompt
from codegen.records import Arbitration, Case, canonical
from codegen.synthesis.allowance import together
from codegen.synthesis.arbitration import arbitrate, put_first
from codegen.synthesis.candidate import Candidate, ask, recheck, restart, verify
from codegen.synthesis.council import Council, Rejection
from codegen.synthesis.desk import Desk
from codegen.synthesis.given import examine, given_candidate
from codegen.synthesis.nearby import Doubt, compared
from codegen.synthesis.proof import (
    MOST_EXTENSIONS,
    Proof,
    faults_of,
    more_inputs,
    more_tests_prompt,
    prove,
)

INDEPENDENT_SOLUTIONS = 3
MOST_COMPARED = 2
"""Comparisons on inputs nearby before each measurement: the second looks at what was mended."""
MOST_DOUBTS, MOST_DOUBTS_EVER = 3, 6
"""Inputs nearby that are put before the model at a time, and for one problem."""
MOST_DISMISSED = 2
"""Inputs on which the same solutions part, and that are not valid; more are not asked about."""
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
    doubted: int = 0
    dismissed: Counter[object] = field(default_factory=Counter)

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
        made = await arbitrate(self.council, self.desk, self.arbitrations)
        self.arbitrations = (*self.arbitrations, *made)

    async def prove(self) -> dict[str, Proof]:
        """Measure the cases' strength, and ask for more inputs while they let faults through.

        Before that, the solutions are compared on inputs nearby.

        Raises:
            Rejection: the solutions do not agree on the new inputs.
        """
        proofs: dict[str, Proof] = {}
        for extension in range(MOST_EXTENSIONS + 1):
            await self._compare()
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
        council = self.council
        prompt = more_tests_prompt(council.problem, council.cases, faults)
        try:
            inputs = await self.desk.parsed(
                "tests", prompt, lambda text: more_inputs(text, council, extension), extension + 1
            )
        except Rejection:
            # weak cases are no reason to lose a problem: its level says what they are worth
            return False
        await self._settle_more(inputs)
        return True

    async def _settle_more(self, inputs: tuple[Case, ...]) -> None:
        """Have whoever is clean answer more inputs as well, and settle them."""
        council, bench = self.council, self.desk.world.bench
        council.extend(inputs)
        await together(
            recheck(bench, one, council.problem, council.cases) for one in council.open()
        )
        self._assess()
        await self._settle()
        await self.arbitrate()

    async def _compare(self) -> None:
        """Compare the solutions on inputs nearby; those to be asked become cases."""
        council, index = self.council, self.desk.task.index
        for _ in range(MOST_COMPARED):
            nearby = await compared(self.desk.world, council, index)
            council.nearby = nearby.agreed
            inputs = await self._to_be_asked(nearby.doubts)
            if not inputs:
                break
            await self._settle_more(inputs)

    async def _to_be_asked(self, doubts: tuple[Doubt, ...]) -> tuple[Case, ...]:
        """Return inputs on which solutions part, one for each way in which they do."""
        found: list[Case] = []
        seen = set()
        decided = {canonical(one.arguments) for one in self.arbitrations}
        most = min(self.doubted + MOST_DOUBTS, MOST_DOUBTS_EVER)
        for doubt in doubts:
            if self.doubted == most:
                break
            if doubt.camps in seen or self.dismissed[doubt.camps] >= MOST_DISMISSED:
                continue
            if canonical(doubt.case.arguments) in decided:
                continue
            self.doubted += 1
            number = len(self.arbitrations) + 1
            case = replace(doubt.case, id=f"doubt-{number}")
            made = await put_first(self.council.problem, case, doubt.values, self.desk)
            self.arbitrations = (*self.arbitrations, made)
            if made.decision == "0":
                found.append(case)
                seen.add(doubt.camps)
            else:
                self.dismissed[doubt.camps] += 1
        return tuple(found)

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
