"""What the words of records mean, for a reader who has never seen them."""

from __future__ import annotations

STAGES = {
    "statement": "the statement could not be used, or was there before",
    "inputs": "no usable test inputs were written",
    "agreement": "independent solutions did not agree, or too few ran",
    "proof": "what was agreed on did not hold when it was looked at again",
}
"""Where problems are lost, in the order of their lives."""

STEPS = {
    "statement": "statement usable",
    "inputs": "test inputs written",
    "agreement": "solutions agree",
    "proof": "proof held: accepted",
}
"""What a problem has reached that was not lost at a stage."""

_STATEMENT = (
    *("unusable_problem", "unusable_critic", "unusable_revision", "ambiguous_problem"),
    *("duplicate_problem", "near_duplicate_problem", "contaminated_problem", "seed_leaked"),
    "not_reversible",
)
_PROOF = ("unstable",)

REASONS = {
    "unusable_problem": "the model gave no usable problem, twice",
    "unusable_critic": "the critic's answer could not be read, twice",
    "unusable_revision": "the revised statement could not be read, twice",
    "ambiguous_problem": "the statement leaves something open, and so does its revision",
    "unusable_tests": "the model gave no usable test inputs, twice",
    "duplicate_problem": "the same problem had been written before",
    "near_duplicate_problem": "its statement is almost that of an earlier one",
    "contaminated_problem": "its statement is too much like a benchmark's",
    "seed_leaked": "its statement repeats the code that inspired it",
    "not_reversible": "no problem could be told that the given code would answer",
    "model_refused": "the model server will not answer this request",
    "example_disputed": "independent solutions say that an example of the statement is wrong",
    "too_few_solutions": "too few solutions ran to the end",
    "no_consensus": "solutions disagree, and more tries did not settle it",
    "ambiguous_statement": "two blind looks find that the statement does not decide a value",
    "arbitrated": "two blind looks do not confirm what the votes settled",
    "unstable": "a solution failed when it was verified once more",
}

SEEDS = {
    "taxonomy": "topics and skills",
    "code": "existing code",
    "reverse": "code that got its question",
    "problem": "problems that were given",
    "self-instruct": "other problems",
    "evolution": "accepted problems, changed",
}

LEVELS = {
    "L0": "parses",
    "L1": "lints and compiles clean",
    "L2": "passes its tests",
    "L3": "and the tests are proven to bite",
    "L4": "and independent solutions agree on every case",
    "L5": "and solutions in two languages agree",
}

KINDS = {
    "solution": "a problem and its solution",
    "translation": "a solution carried into another language",
    "explanation": "what code does, in words",
    "documentation": "code with its documentation",
    "tests": "tests in a language's own framework",
    "debugging": "a failing program, its diagnosis and its repair",
    "review": "a review of code with a fault in it",
    "conversation": "a dialogue with repairs",
    "preference": "a better and a worse answer",
}


def stage_lost(reason: str, *, attempted: bool, cases: bool) -> str:
    """Return the stage at which a rejected problem was lost.

    `attempted` says whether anybody tried to solve it, `cases` whether it had inputs; they decide
    for reasons that can come at any stage.
    """
    if reason in _STATEMENT:
        return "statement"
    if reason in _PROOF:
        return "proof"
    if attempted:
        return "agreement"
    return "inputs" if cases or reason == "unusable_tests" else "statement"


def plain(word: str) -> str:
    """Return a record's word as it is read: `wrong_answer` becomes `wrong answer`."""
    return word.replace("_", " ")
