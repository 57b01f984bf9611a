"""The teacher itself: a request goes in, answers come out, with nothing remembered in between.

An answer is a function of the teacher's seed, the messages, the sampling seed and the sample's
index;
temperature, top_p and stop do not matter. `max_tokens` cuts an answer as a server would. Tokens are
counted as a quarter of the characters.

A problem that is not its own gets a polite refusal without code.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

from codegen.model.builtin import answers, conversation, criticism, derived, native, reversal, texts
from codegen.model.builtin.conversation import Task
from codegen.model.builtin.edits import Variant, variants
from codegen.model.builtin.family import Arguments, Family
from codegen.model.builtin.feedback import Feedback
from codegen.model.builtin.knowledge import draw_inputs, fitting, recognise, weak_inputs
from codegen.model.builtin.lines import stdin_of
from codegen.model.builtin.mistakes import Mistakes
from codegen.model.contract import Message, Reply, Request
from codegen.records import canonical, content_id
from codegen.resources import folder

_DERIVED = {
    "translation": derived.translation,
    "explanation": derived.explanation,
    "regeneration": derived.regeneration,
    "diagnosis": derived.diagnosis,
    "review": derived.review,
    "judgement": derived.judgement,
    "arbitration": derived.arbitration,
    "critic": criticism.criticism,
    "revision": criticism.revision,
}
_CHARACTERS_PER_TOKEN = 4
_FOLLOWERS = 0.7
"""The share of solutions that make a mistake which is shared."""
_TURNS_OF_A_REPAIR = 2  # the solution prompt and at least one report


class BuiltinTeacher:
    """An implementation of `codegen.model.contract.Model` that needs nothing but this package."""

    def __init__(self, *, mistakes: Mistakes | None = None, seed: int = 0) -> None:
        """Make a teacher that errs at the given rates; the seed makes another one of it."""
        self._mistakes = mistakes or Mistakes()
        self._seed = seed

    @property
    def name(self) -> str:
        """The name that records carry."""
        return "builtin"

    @property
    def revision(self) -> str:
        """A hash of what it knows, its mistake rates and its seed."""
        return content_id([_sources(), self._mistakes, self._seed])[:16]

    async def complete(self, request: Request) -> tuple[Reply, ...]:
        """Return `request.n` answers. Never raises."""
        prompt = sum(len(message.content) for message in request.messages)
        key = canonical([self._seed, request.purpose, request.messages, request.sampling.seed])
        replies = []
        for index in range(request.n):
            digest = hashlib.sha256(f"{key}{index}".encode("utf-8", "surrogatepass")).digest()
            text = self._answer(request, Random(int.from_bytes(digest[:8])))  # noqa: S311 - no secrets here
            replies.append(_reply(text, request.sampling.max_tokens, 0 if index else prompt))
        return tuple(replies)

    async def close(self) -> None:
        """Do nothing: there is nothing to release."""

    def _answer(self, request: Request, rng: Random) -> str:
        turns = conversation.users_turns(request.messages)
        if not turns:
            return answers.refusal()
        if request.purpose == "problem":
            return self._problem(turns[-1], rng)
        if request.purpose == "tests":
            return self._tests(turns[-1], rng)
        if request.purpose in _DERIVED:
            return _DERIVED[request.purpose](turns[-1], self._mistakes, rng)
        return self._program(request, turns, rng)

    def _program(self, request: Request, turns: list[str], rng: Random) -> str:
        task = conversation.read_solution_prompt(turns[0])
        if task is None:
            return answers.refusal()
        if request.purpose == "native_tests":
            return self._native_tests(task, rng)
        if request.purpose == "repair":
            return self._repair(task, request.messages, turns, rng)
        wish = "".join(one.content for one in request.messages if one.role == "system")
        return self._solution(task, rng, wish, shared=request.purpose == "solution")

    def _problem(self, prompt: str, rng: Random) -> str:
        function = conversation.read_function(prompt)
        if function is not None:
            return reversal.answered(function, self._mistakes, rng)
        inspiration = conversation.read_inspiration(prompt)
        if inspiration is None:
            return answers.refusal()
        wrong = rng.random() < self._mistakes.wrong_example
        if conversation.is_given(inspiration):
            known = recognise(inspiration)
            return answers.problem(*known, rng, wrong_example=wrong) if known else answers.refusal()
        interface = conversation.wanted_interface(prompt)
        families = fitting(inspiration, conversation.read_languages(prompt), interface)
        parent = recognise(inspiration) if conversation.is_evolved(inspiration) else None
        if parent is not None and parent[0] in families:
            families = (parent[0],)  # it knows no other change than other parameters
        if not families:
            return answers.refusal()
        family = rng.choice(families)
        return answers.problem(
            family,
            family.draw(rng),
            rng,
            wrong_example=wrong,
            ambiguous=self._mistakes.ambiguous_statement,
            interface=interface,
        )

    def _tests(self, prompt: str, rng: Random) -> str:
        read = conversation.read_tests_prompt(prompt)
        if read is None:
            return answers.refusal()
        family, parameters, count = read
        is_program = conversation.is_program(prompt)
        known = conversation.read_listed(prompt)
        inputs = draw_inputs(family, parameters, count + len(known), rng)
        if rng.random() < self._mistakes.weak_inputs:
            inputs = weak_inputs(family, parameters, count, rng)
        said = [_said(family, one) if is_program else one for one in inputs]
        left = [n for n, one in enumerate(said) if one not in known][:count] or list(
            range(len(said))
        )
        found = [said[n] for n in left]
        if rng.random() < self._mistakes.invalid_input and found:
            place = rng.randrange(len(found))
            wrong = answers.invalid_input(family, parameters, inputs[left[place]], rng)
            found[place] = _said(family, wrong) if is_program else wrong
        return answers.tests(found, rng)

    def _native_tests(self, task: Task, rng: Random) -> str:
        if rng.random() < self._mistakes.weak_native_test:
            return answers.native_tests(task, native.weak(task), rng)
        wrong = rng.random() < self._mistakes.wrong_native_test
        return answers.native_tests(task, native.written(task, rng, wrong=wrong), rng)

    def _solution(self, task: Task, rng: Random, wish: str, *, shared: bool) -> str:
        variant = _chosen(task, self._mistakes.draw(rng), rng)
        if shared and self._is_misread(task) and rng.random() < _FOLLOWERS:
            variant = next((v for v in variants(task) if v.kind == "boundary"), variant)
        chatty = rng.random() < self._mistakes.chatter
        if wish and variant.kind != "no_code":
            variant = replace(variant, code=texts.styled(task, variant.code, wish, rng))
        return answers.solution(task, variant, rng, chatty=chatty)

    def _is_misread(self, task: Task) -> bool:
        """Whether most solutions of a problem make the same mistake, whatever the language."""
        drawn = Random(f"{self._seed}/misread/{task.name}/{task.values}")  # noqa: S311 - no secrets here
        return drawn.random() < self._mistakes.shared_mistake

    def _repair(
        self, task: Task, messages: tuple[Message, ...], turns: list[str], rng: Random
    ) -> str:
        if len(turns) < _TURNS_OF_A_REPAIR:
            return answers.refusal()
        feedback = Feedback.read(turns[-1])
        code = conversation.last_code(messages)
        before = _identified(task, code)
        right = variants(task)[0]
        if before is None:
            understood = feedback.says_anything()
            before = Variant("unknown", code)
        elif not before.kind:
            return answers.stands_by(task, before, rng)
        else:
            understood = feedback.suffices(before)
        if not understood:
            return answers.apology(task, before, rng)
        if rng.random() < self._mistakes.repair_failure:
            wrong = [v for v in variants(task) if v.kind]
            return answers.repaired(task, rng.choice(wrong), before.kind, rng)
        return answers.repaired(task, right, before.kind, rng)


def _said(family: Family, arguments: Arguments) -> str:
    """Return arguments as a program reads them; what its lines cannot say is left out."""
    try:
        return stdin_of(family.signature(), arguments)
    except (TypeError, ValueError):
        return "?\n"


def _chosen(task: Task, kind: str, rng: Random) -> Variant:
    """Draw a variant of a kind; one that the family lacks becomes a wrong boundary."""
    known = variants(task)
    fit = [v for v in known if v.kind == kind] or [v for v in known if v.kind == "boundary"]
    return Variant(kind, "") if kind == "no_code" else rng.choice(fit)


def _identified(task: Task, code: str) -> Variant | None:
    """Return which variant a program is; the teacher knows its own handwriting."""
    if not code.strip():
        return Variant("no_code", "")
    return next((v for v in variants(task) if v.code.strip() == code.strip()), None)


def _reply(text: str, max_tokens: int, prompt: int) -> Reply:
    limit = max_tokens * _CHARACTERS_PER_TOKEN
    cut = text[:limit]
    return Reply(
        text=cut,
        finish_reason="stop" if len(text) <= limit else "length",
        prompt_tokens=prompt // _CHARACTERS_PER_TOKEN,
        completion_tokens=-(-len(cut) // _CHARACTERS_PER_TOKEN),
    )


@cache
def _sources() -> str:
    """Return a hash over every file of this package and of the languages' part of it."""
    package, languages = Path(__file__).parent, folder("languages")
    files = [*package.rglob("*.py"), *package.rglob("*.txt"), *languages.glob("*/teacher*/*.txt")]
    texts = {
        "/".join(file.parts[-3:]): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in (*files, *languages.glob("*/teacher.toml"))
    }
    return content_id(texts)
