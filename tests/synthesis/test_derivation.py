"""What is made from a passing solution, and what is refused; only the model is played."""

import itertools
import json
import re

import pytest

from codegen.language import get
from codegen.synthesis.derivation.comments import comments_of, tokens_of
from codegen.synthesis.derivation.leak import leaks
from codegen.synthesis.derivation.translation import pitfalls
from codegen.synthesis.world import DERIVATIONS
from tests.synthesis.test_life import RIGHT, WRONG_ON_LONG

WORDS = (
    "The function goes through the values once and counts those that are strictly greater than"
    " zero. Zero itself does not count, and an empty list gives zero."
)
DOCUMENTED = RIGHT.replace(
    '"""Count the values above zero."""',
    f'"""{WORDS[:60]}\n\n    {WORDS[60:]}\n\n    >>> count_positive([3, 0, -1])\n    1\n    """',
)
MUTANT = "It counts something else: the values that are below zero, and no others at all, I say."


def block(code):
    return f"Here is the whole file, and I have looked at it twice.\n\n```python\n{code}```\n"


def said(value):
    return f"```json\n{json.dumps(value)}\n```"


class Playing:
    """Answers each purpose as it is told; solutions are right unless said otherwise."""

    def __init__(self, scripted, **answers):
        self.model = scripted(self.solve)
        self.answers = answers
        self.solutions = itertools.chain(answers.pop("solutions", ()), itertools.repeat(RIGHT))

    def solve(self, request):  # noqa: PLR0911 - one return per purpose
        prompt = request.messages[-1].content
        right = "value > 0" in prompt
        answer = self.answers.get(request.purpose)
        if answer is not None and (right or request.purpose != "explanation"):
            return answer
        if request.purpose == "explanation":
            if prompt.startswith("Put documentation"):
                return block(DOCUMENTED if right else DOCUMENTED.replace(WORDS[:60], MUTANT))
            return WORDS if right else MUTANT
        if request.purpose == "regeneration":
            wrong = RIGHT.replace("value > 0", "value < 0")
            return block(wrong if "something else" in prompt else RIGHT)
        if request.purpose == "review":
            return said({"comments": [{"line": planted_line(prompt), "comment": "Wrong here."}]})
        if "## Scale" in prompt:
            return said({"reason": "so", "score": 4})
        if request.purpose == "judgement":
            first = prompt.split("## Text A")[1].split("## Text B")[0]
            return said({"reason": "true", "better": "A" if WORDS in first else "B"})
        if request.purpose in ("diagnosis", "repair", "translation"):
            return block(RIGHT)
        return block(next(self.solutions))


def planted_line(prompt):
    program = re.search(r"## The program\n```\w+\n(.*?)\n```", prompt, re.DOTALL)[1]
    numbered = [line.split(" | ", 1) for line in program.split("\n")]
    right = RIGHT.rstrip("\n").split("\n")
    shown = [line[1] if len(line) > 1 else "" for line in numbered]
    return next(n for n, (a, b) in enumerate(zip(shown, right, strict=False), 1) if a != b)


@pytest.fixture
def derive(synthesize, scripted):
    async def run(kind, seed=0, **answers):
        playing = Playing(scripted, **answers)
        (record,), _ = await synthesize(playing.model, derive=(kind,), seed=seed)
        assert record.status == "accepted", record.detail
        made = [one for one in record.examples if one.lineage.relation]
        return made, record.refused, playing.model

    return run


async def text_of_form(derive, wanted, **answers):
    """Run with one seed after the other until a form has its turn."""
    for seed in range(30):
        made, refused, model = await derive("explanation", seed=seed, **answers)
        (asked,) = {
            r.messages[0].content.split("\n")[0].split(" ")[0]
            for r in model.requests
            if r.purpose == "explanation"
        }
        if asked == wanted:
            return made, refused, model
    raise AssertionError(f"no seed asks for {wanted}")


@pytest.fixture
def synthesize_fresh(synthesize, tmp_path):
    folders = (tmp_path / f"run-{n}" for n in itertools.count())
    return lambda *args, **more: synthesize(*args, folder=next(folders), **more)


@pytest.fixture
def explain(synthesize_fresh, scripted):
    async def run(wanted, **answers):
        async def derive(kind, seed=0, **more):
            playing = Playing(scripted, **more)
            (record,), _ = await synthesize_fresh(playing.model, derive=(kind,), seed=seed)
            made = [one for one in record.examples if one.lineage.relation]
            return made, record.refused, playing.model

        return await text_of_form(derive, wanted, **answers)

    return run


async def test_a_text_is_kept_when_programs_written_from_it_alone_pass(explain):
    (example,), refused, model = await explain("Explain")
    assert not refused and example.kind == "explanation" and example.text == WORDS
    assert [one.score for one in example.judgements] == [4]
    proof = example.back_translation
    assert (proof.samples, proof.passed, proof.control_samples, proof.control_passed) == (
        3,
        3,
        2,
        0,
    )
    asked = [r for r in model.requests if r.purpose == "regeneration"]
    for request in asked:
        prompt = request.messages[0].content
        assert "return sum" not in prompt and "greater than zero. " not in prompt.split("##")[0]
        assert "Return how many" not in prompt, "the statement is not shown"


async def test_a_text_carries_every_call_and_execution_that_proved_it(explain):
    (example,), _, model = await explain("Explain")
    made = [r for r in model.requests if r.purpose in ("explanation", "regeneration", "judgement")]
    assert len(example.generation.calls) == len(made) == example.generation.usage.calls == 8
    assert len(set(example.generation.calls)) == 8
    # the solution's, a mutant's that was chosen as the control, and one for each regenerated text
    assert len(example.verification.executions) >= 3


async def test_a_second_model_reads_what_the_first_wrote(synthesize_fresh, scripted):
    writes, reads = Playing(scripted), Playing(scripted)
    reads.model.name = "reader"
    for seed in range(30):
        (record,), _ = await synthesize_fresh(
            writes.model, second=reads.model, derive=("explanation",), seed=seed
        )
        made = [one for one in record.examples if one.back_translation]
        if made:
            break
    assert made[0].back_translation.model == "reader"
    assert {r.purpose for r in reads.model.requests} == {"regeneration", "judgement"}
    assert not {r.purpose for r in writes.model.requests} & {"regeneration", "judgement"}


async def test_what_is_refused_comes_in_the_same_order_at_any_concurrency(
    synthesize_fresh, scripted
):
    answers = {
        "diagnosis": block(WRONG_ON_LONG),
        "review": "Looks good to me.",
        "regeneration": block(WRONG_ON_LONG),
        "native_tests": "None.",
    }
    found = []
    for concurrency in (1, 5):
        playing = Playing(scripted, **answers)
        records, statistics = await synthesize_fresh(
            playing.model, derive=DERIVATIONS, concurrency=concurrency, limit=1, seed=3
        )
        found.append(records)
        assert statistics.usage.calls == len(playing.model.requests)
    assert found[0] == found[1]
    assert len(found[0][0].refused) >= 3


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        ({"explanation": f"{WORDS}\n\n{RIGHT}"}, "leaks_code"),
        ({"regeneration": block(WRONG_ON_LONG)}, "not_regenerated"),
        ({"regeneration": block(RIGHT)}, "control_passed"),
        ({"explanation": "It counts."}, "no_text"),
    ],
)
async def test_a_text_that_does_not_hold_is_refused_with_its_reason(explain, answers, reason):
    made, (refused,), _ = await explain("Explain", **answers)
    assert not made and refused.reason == reason and refused.kind == "explanation"


async def test_documentation_is_put_in_without_touching_the_code_and_its_examples_run(explain):
    (example,), _, _ = await explain("Put")
    assert example.kind == "documentation" and example.code.strip() == DOCUMENTED.strip()


async def test_documentation_may_say_the_programs_own_comments_again(explain):
    comment = (
        "# Each value is looked at once; what is greater than zero counts, and nothing else does."
    )

    def commented(code):
        return code.replace("    return sum", f"    {comment}\n    return sum")

    documented, solutions = commented(DOCUMENTED), [commented(RIGHT)] * 9
    (example,), _, _ = await explain("Put", solutions=solutions, explanation=block(documented))
    assert example.code.strip() == documented.strip()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (DOCUMENTED.replace('    1\n    """', '    2\n    """'), "documented_examples_failed"),
        (DOCUMENTED.replace("value > 0 for", "value >= 1 for"), "documentation_changed_code"),
    ],
)
async def test_documentation_that_is_wrong_is_refused(explain, code, reason):
    made, (refused,), _ = await explain("Put", explanation=block(code))
    assert not made and refused.reason == reason


@pytest.mark.parametrize("again", [False, True])
async def test_a_wish_is_kept_when_it_changed_what_it_should(synthesize_fresh, scripted, again):
    commented = RIGHT if again else "# It goes through the values once.\n" + RIGHT
    seen = {}
    for seed in range(40):
        playing = Playing(scripted, solutions=[RIGHT] * 3 + [commented])
        (record,), _ = await synthesize_fresh(playing.model, derive=("steering",), seed=seed)
        made = [one for one in record.examples if one.steering]
        assert len(made) + len(record.refused) == 1
        seen |= {one.steering.style: one.steering for one in made}
        seen |= {one.reason.removeprefix("not_"): one for one in record.refused}
        if len(seen) == 4:
            break
    kept = {style for style, one in seen.items() if getattr(one, "met", False)}
    # the same program again teaches that a wish does nothing, however well it measures
    assert kept == (set() if again else {"documented", "fast", "readable", "short"})
    if not again:
        assert (seen["fast"].plain, seen["fast"].steered) == (1.0, 1.0)
        assert seen["fast"].relative_memory == 1.0 and seen["short"].relative_memory is None


async def test_fast_code_may_not_pay_with_memory(synthesize_fresh, scripted):
    hog = "# It takes room.\n" + RIGHT.replace(
        "    return sum(", "    room = [0] * (12 << 20)\n    return len(room) - (12 << 20) + sum("
    )
    for seed in range(40):
        playing = Playing(scripted, solutions=[RIGHT] * 3 + [hog])
        (record,), _ = await synthesize_fresh(playing.model, derive=("steering",), seed=seed)
        asked = [r.messages[0].content for r in playing.model.requests if r.purpose == "solution"]
        if "fast on large inputs" in asked[-1]:
            break
    (refused,) = record.refused
    assert refused.reason == "not_fast" and "12 << 20" in refused.code


async def test_a_real_failure_is_diagnosed_and_its_patch_verified(derive):
    (example,), refused, model = await derive("debugging", solutions=[WRONG_ON_LONG])
    assert not refused and example.lineage.relation == "repaired_from"
    assert "len(values) == 4" in example.history[0].code and example.code.strip() == RIGHT.strip()
    (asked,) = [r.messages[0].content for r in model.requests if r.purpose == "diagnosis"]
    assert "if len(values) == 4" in asked and "expected: 2" in asked
    assert example.messages[-1].train and not example.messages[0].train


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (block(WRONG_ON_LONG), "patch_failed"),
        (f"```python\n{RIGHT}```", "no_diagnosis"),
        ("It is beyond me, I am afraid, and there is nothing that I can say.", "no_code"),
    ],
)
async def test_a_diagnosis_that_does_not_mend_is_refused(derive, answer, reason):
    made, (refused,), _ = await derive("debugging", diagnosis=answer)
    assert not made and refused.reason == reason


async def test_a_review_is_kept_when_it_finds_the_planted_line(derive):
    (example,), _, _ = await derive("review")
    assert example.planted.line == json.loads(example.text.split("\n")[1])["comments"][0]["line"]
    assert example.code.strip() == RIGHT.strip()
    assert example.planted.code.strip() != RIGHT.strip()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (said({"comments": [{"line": 1, "comment": "Here?"}]}), "fault_not_found"),
        (said({"comments": [{"line": n, "comment": "?"} for n in range(9)]}), "too_many_comments"),
        ("Looks good to me.", "unusable_review"),
    ],
)
async def test_a_review_that_misses_is_refused(derive, answer, reason):
    made, (refused,), _ = await derive("review", review=answer)
    assert not made and refused.reason == reason


async def test_a_dialogue_tells_what_happened_and_trains_only_on_what_is_right(derive):
    (example,), _, _ = await derive("conversation", solutions=[WRONG_ON_LONG])
    roles = [message.role for message in example.messages]
    assert roles == ["user", "assistant", "tool", "assistant", "tool"]
    faulty, right = example.messages[1], example.messages[3]
    assert "len(values) == 4" in faulty.content and not faulty.train
    assert "len(values) == 4" not in right.content and right.train
    assert "wrong_answer" in example.messages[2].content
    assert "passed: 8 of 8 cases" in example.messages[4].content


async def test_the_worse_side_of_a_pair_passes_some_cases_and_not_all(derive):
    (example,), _, _ = await derive("preference", solutions=[WRONG_ON_LONG])
    worse = example.alternative
    assert (worse.cases_passed, worse.cases, worse.margin) == (7, 8, 0.125)
    assert "len(values) == 4" in worse.content and worse.outcome == "wrong_answer"


async def test_a_program_that_does_not_compile_is_no_side_of_a_pair(derive):
    made, refused, _ = await derive("preference", solutions=[RIGHT.replace("-> int:", "-> int")])
    assert not made and not refused


@pytest.mark.parametrize(
    "name", ["python", "rust", "go", "javascript", "typescript", "java", "cpp"]
)
def test_comments_are_told_from_code(name):
    language = get(name)
    mark = "#" if name == "python" else "//"
    code = f"{mark} Some words here.\n{language.stubs.default}".replace("$declaration", "f()")
    assert "Some words here." in comments_of(language, code)
    assert "words" not in tokens_of(language, code)


def test_a_quotation_leaks_and_a_description_does_not():
    assert leaks(f"It says {RIGHT}", RIGHT)
    assert not leaks(WORDS, RIGHT)


def test_pitfalls_are_where_two_languages_differ():
    told = pitfalls(get("python"), get("rust"))
    assert any("never overflow" in line and "i64" in line for line in told)
    assert not pitfalls(get("javascript"), get("typescript"))
