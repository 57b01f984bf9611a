"""What the rows of each format say, and what they must never say."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import Verifier
from codegen.export.answers import answers_of
from codegen.export.fim import LEAST_CHARACTERS, MARKS, MODES, cut, draw, has_mark, put_together
from codegen.export.format import Choices, Made, Source, Unfit
from codegen.export.formats import NAMES, chosen, styles_of
from codegen.integrations.rows import Rows
from codegen.integrations.trl import reward
from codegen.records import (
    PROGRAM,
    Alternative,
    Case,
    ChatMessage,
    Judgement,
    Outcome,
    Parameter,
    Signature,
)
from tests.export import made

STYLE = {one.style: one for name in NAMES for one in styles_of(name)}
FAMILY = made.family(1)
BY_KIND = {one.kind: one for one in reversed(FAMILY)}


def outcomes(style, *examples, choices=None):
    group = [Source(one, {"example": one.id, "index": 1}) for one in examples]
    return list(STYLE[style].make(group, choices or Choices()))


def values(style, *examples, **more):
    found = outcomes(style, *examples, **more)
    return [one.values for one in found if isinstance(one, Made)]


def reasons(style, *examples, **more):
    return [one.reason for one in outcomes(style, *examples, **more) if isinstance(one, Unfit)]


def said(messages):
    return [(one["role"], one["content"]) for one in messages]


@pytest.mark.parametrize("style", ["messages", "prompt-completion", "sharegpt", "alpaca"])
def test_an_answer_that_was_wrong_is_never_a_plain_answer_to_learn(style):
    assert values(style, BY_KIND["conversation"]) == []
    assert reasons(style, BY_KIND["conversation"]) in (
        ["answer_not_to_be_learned"],
        ["no_answer_at_the_end"],
        ["several_answers"],
    )


@pytest.mark.parametrize("style", ["messages", "prompt-completion", "sharegpt", "alpaca"])
def test_what_was_thought_is_learned_where_that_is_asked_for(style):
    plain = BY_KIND["solution"]
    asked, answer = plain.messages
    thoughtful = replace(plain, messages=(asked, replace(answer, reasoning=" A sum?\nYes. ")))
    assert values(style, thoughtful) == values(style, plain)
    keep = Choices(reasoning="keep")
    assert values(style, plain, choices=keep) == values(style, plain)
    (kept,), (dropped,) = values(style, thoughtful, choices=keep), values(style, plain)
    marked = f"<think>\nA sum?\nYes.\n</think>\n\n{answer.content}"
    assert json.dumps(kept) == json.dumps(dropped).replace(
        json.dumps(answer.content)[1:-1], json.dumps(marked)[1:-1]
    )
    confusing = replace(plain, messages=(asked, replace(answer, reasoning="so: </think>")))
    assert reasons(style, confusing, choices=keep) == ["marks_in_reasoning"]


def test_a_conversation_says_which_turns_are_learned():
    (row,) = values("masked", BY_KIND["conversation"])
    assert row["train"] == [False, False, False, True, False, False, True]
    assert said(row["messages"])[2] == ("tool", "wrong answer: double(1) gave 3, not 2")


def test_each_style_says_the_same_question_and_answer():
    example = FAMILY[3]  # it has a system turn
    asked, answered = example.messages[1].content, example.messages[2].content
    (row,) = values("alpaca", example)
    assert row == {
        "instruction": asked,
        "input": "",
        "output": answered,
        "system": "Comment everything.",
    }
    (row,) = values("sharegpt", example)
    assert row["conversations"] == [
        {"from": "human", "value": asked},
        {"from": "gpt", "value": answered},
    ]
    assert row["system"] == "Comment everything."
    (row,) = values("prompt-completion", example)
    assert said(row["completion"]) == [("assistant", answered)]
    assert said(row["prompt"]) == [("system", "Comment everything."), ("user", asked)]


@pytest.mark.parametrize(
    ("style", "messages", "reason"),
    [
        ("alpaca", [("user", " ", False), ("assistant", "a", True)], "empty_turn"),
        ("messages", [("user", "q", False)], "no_messages"),
        ("alpaca", [("system", "s", False), ("assistant", "a", True)], "not_one_question"),
        (
            "sharegpt",
            [("user", "q", False), ("user", "r", False), ("assistant", "a", True)],
            "turns_do_not_alternate",
        ),
    ],
)
def test_what_a_style_cannot_say_is_named(style, messages, reason):
    turns = tuple(ChatMessage(role, content, train) for role, content, train in messages)
    assert reasons(style, made.example("solution", "python", 0, messages=turns)) == [reason]


def test_a_pair_says_who_decided():
    by_cases, by_judge = values("pairs", *(one for one in FAMILY if one.kind == "preference"))
    assert (by_cases["decided_by"], by_cases["margin"]) == ("execution", 0.75)
    assert (by_judge["decided_by"], by_judge["margin"]) == ("judge", 0.0)
    assert said(by_cases["rejected"]) == [
        ("assistant", made.block("python", made.wrong("python", 1)))
    ]
    alike = made.example(
        *("preference", "python", 1),
        alternative=Alternative(
            made.block("python", made.right("python", 1)), "", Outcome.WRONG_ANSWER, 1, 4, 0.7, 1.0
        ),
    )
    assert reasons("pairs", alike) == ["both_sides_alike"]
    assert reasons("pairs", FAMILY[0]) == ["no_worse_side"]


def test_labels_are_what_execution_said_and_each_answer_is_there_once():
    rows = values("labels", *(one for one in FAMILY if one.kind in STYLE["labels"].kinds))
    found = {(row["completion"][0]["content"], row["label"]) for row in rows}
    assert len(found) == len(rows)
    wrong = {text for text, label in found if not label}
    assert wrong == {
        made.block("python", "def f(:\n"),
        made.block("python", made.wrong("python", 1)),
    }
    assert made.block("python", made.right("python", 1)) not in wrong


@pytest.mark.parametrize("outcome", [Outcome.LINT_ERROR, Outcome.FLAKY, Outcome.PASSED])
def test_an_answer_of_which_nobody_knows_has_no_label(outcome):
    history = (
        made.attempt("python", made.wrong("python", 1), outcome),
        made.attempt("python", made.right("python", 1), kind="repair"),
    )
    example = made.example("solution", "python", 1, history=history)
    assert [row["label"] for row in values("labels", example)] == [True]


def test_the_same_answer_is_never_both_right_and_wrong():
    failed_once = made.example(
        *("solution", "python", 1),
        history=(made.attempt("python", made.right("python", 1), Outcome.TIME_LIMIT),),
    )
    for group in ([failed_once], [failed_once, FAMILY[0]]):
        rows = values("labels", *group)
        right = made.block("python", made.right("python", 1))
        assert [row["label"] for row in rows if row["completion"][0]["content"] == right] == [True]


def test_scores_are_shares_of_cases_and_what_was_not_counted_has_none():
    kept = [one for one in FAMILY if one.kind in STYLE["graded"].kinds]
    scores = {r["completion"][0]["content"]: r["score"] for r in values("graded", *kept)}
    assert scores[made.block("python", made.right("python", 1))] == 1.0
    assert scores[made.block("python", made.wrong("python", 1))] == 0.25
    assert scores[made.block("python", "def f(:\n")] == 0.0
    alone = reasons("graded", FAMILY[0])  # without the pair nobody has counted its cases
    assert alone == ["cases_not_counted"]


def test_pairs_of_scores_are_ordered_by_them():
    rows = values("graded-pairs", *(one for one in FAMILY if one.kind in STYLE["graded"].kinds))
    assert sorted(row["margin"] for row in rows) == [0.25, 0.75, 1.0]
    wrong = made.block("python", made.wrong("python", 1))
    assert {row["chosen"][0]["content"] for row in rows if row["margin"] == 0.25} == {wrong}


def test_judged_texts_have_no_score():
    judged = made.example(
        *("preference", "python", 1),
        alternative=Alternative("x", "", Outcome.SKIPPED, 0, 0, 0.0, 1.0),
        judgements=(Judgement("explanation", "0", "example", agreed=True),),
    )
    assert reasons("graded", judged) == reasons("labels", judged) == ["decided_by_a_judge"]


def test_steps_are_the_last_conversation_with_what_became_of_each():
    (row,) = values("steps", FAMILY[0])
    assert row["labels"] == [False, True] and row["outcomes"] == ["wrong_answer", "passed"]
    assert row["feedback"] == ["", "double(1) gave 3, not 2"]
    assert row["completions"][1] == made.block("python", made.right("python", 1))


@pytest.mark.parametrize(
    ("history", "reason"),
    [
        ((), "history_does_not_end_in_the_code"),
        ((made.attempt("python", "x = 1\n"),), "history_does_not_end_in_the_code"),
        (
            (
                made.attempt("python", made.wrong("python", 1)),
                made.attempt("python", made.right("python", 1), kind="repair"),
            ),
            "step_without_verdict",
        ),
        (
            (
                made.attempt("python", "", Outcome.COMPILE_ERROR),
                made.attempt("python", made.right("python", 1), kind="repair"),
            ),
            "step_without_code",
        ),
    ],
)
def test_steps_that_are_not_known_are_left_out(history, reason):
    assert reasons("steps", made.example("solution", "python", 1, history=history)) == [reason]


def test_a_task_is_there_once_for_each_prompt():
    twin = made.example("solution", "python", 1, code=f"{made.right('python', 1)}\n# other\n")
    group = [one for one in (*FAMILY, twin) if one.kind in STYLE["tasks"].kinds]
    rows = values("tasks", *group)
    assert reasons("tasks", *group) == ["same_task_as_another"]
    prompts = [(json.dumps(row["prompt"]), row["extra_info"]["language"]) for row in rows]
    assert len(prompts) == len(set(prompts)) == len(group) - 1
    for row in rows:
        assert made.right("python", 1) not in json.dumps(row["reward_model"])
        assert row["entry_point"] in ("double_1", "double1")
    unknown = made.example("solution", "python", 1)
    cases = tuple(type(one)(one.id, one.arguments) for one in unknown.cases)
    from dataclasses import replace

    assert reasons("tasks", replace(unknown, cases=cases)) == ["case_without_value"]


def test_a_task_is_judged_right_and_wrong_by_both_trainers_rewards():
    from codegen.integrations import verl

    (row,) = values("tasks", made.example("solution", "python", 1))
    right = made.block("python", made.right("python", 1))
    wrong = made.block("python", made.wrong("python", 1))
    columns = {**row, "language": "python"}
    with Verifier("local", slots=1) as verifier:
        scored = reward(Rows(verifier, lint="off"), partial=True)
        given = {name: [value, value] for name, value in columns.items() if name != "prompt"}
        assert scored([row["prompt"]] * 2, [right, wrong], **given) == [1.0, 0.25]
    found = verl.compute_score(
        row["data_source"], right, row["reward_model"]["ground_truth"], row["extra_info"]
    )
    assert found["score"] == 1.0
    verl._rows(None).close()


COUNTER = (
    "class Counter:\n    def __init__(self, start: int) -> None:\n        self.n = start\n\n"
    "    def add(self, k: int) -> int:\n        self.n += k\n        return self.n\n"
)
DOUBLES = "def main() -> None:\n    print(2 * int(input()))\n\n\nmain()\n"


@pytest.mark.parametrize(
    ("signature", "case", "right", "wrong", "name"),
    [
        (
            Signature(
                "counter",
                (Parameter("start", "int"),),
                "",
                (Signature("add", (Parameter("k", "int"),), "int"),),
            ),
            Case("c", (1, [["add", [2]], ["add", [3]]]), [3, 6], "consensus"),
            COUNTER,
            COUNTER.replace("+=", "="),
            "Counter",
        ),
        (PROGRAM, Case("c", ("4\n",), "8\n", "consensus"), DOUBLES, DOUBLES.replace("2", "3"), ""),
    ],
)
def test_classes_and_programs_are_judged_as_functions_are(signature, case, right, wrong, name):
    from dataclasses import replace

    plain = made.example("solution", "python", 1)
    problem = replace(plain.problem, signature=signature)
    (row,) = values("tasks", replace(plain, problem=problem, cases=(case,)))
    assert row["entry_point"] == name
    columns = {key: [row[key]] * 2 for key in ("cases", "signature", "comparator", "limits")}
    with Verifier("local", slots=1) as verifier:
        scored = reward(Rows(verifier, language="python", lint="off"))
        said = [made.block("python", right), made.block("python", wrong)]
        assert scored(["", ""], said, **columns) == [1.0, 0.0]


def test_documents_are_artefacts_without_the_conversation_about_them():
    kept = [one for one in FAMILY if one.kind in STYLE["documents"].kinds]
    rows = values("documents", *kept)
    found = {}
    for row in rows:
        found.setdefault(row["artefact"], []).append(row["text"])
    assert set(found) == {"problem", "program", "explanation", "tests"}
    assert len(found["problem"]) == 1 and found["problem"][0].startswith("# Double and add 1\n")
    assert made.right("go", 1) in found["program"]
    assert made.PROSE in found["explanation"][0] and "double_1(1) == 3" in found["tests"][0]
    assert not any("Solve it" in row["text"] for row in rows)


def test_parallel_documents_hold_each_language_once():
    kept = [one for one in FAMILY if one.kind in STYLE["parallel"].kinds]
    (row,) = values("parallel", *kept)
    assert row["languages"] == ["go", "python", "rust"]
    for language in row["languages"]:
        assert made.right(language, 1).strip() in row["text"]
    assert row["text"].count("\n## ") == 3
    assert reasons("parallel", *kept) == ["steered"]
    assert reasons("parallel", FAMILY[0]) == ["no_other_language"]


def test_programs_stand_beside_what_they_were_made_from():
    kept = [one for one in FAMILY if one.kind in STYLE["programs"].kinds]
    rows = values("programs", *kept)
    assert {(r["source_language"], r["target_language"], r["how"]) for r in rows} == {
        ("python", "go", "translated"),
        ("python", "rust", "written apart"),
    }
    for row in rows:
        assert row["source"] == made.right(row["source_language"], 1)
        assert row["target"] == made.right(row["target_language"], 1)
    assert reasons("programs", *kept) == ["steered"]
    assert reasons("programs", BY_KIND["translation"]) == ["parent_is_not_here"]


@given(st.text(min_size=LEAST_CHARACTERS), st.integers(), st.text())
def test_three_parts_are_the_text_again(text, seed, identity):
    parts = cut(text, draw(seed, identity))
    assert parts.prefix + parts.middle + parts.suffix == text and parts.middle
    assert parts == cut(text, draw(seed, identity))


@given(
    st.text(min_size=LEAST_CHARACTERS),
    st.integers(0, 99),
    st.sampled_from(sorted(MARKS)),
    st.data(),
)
def test_the_training_text_can_be_read_back(text, seed, family, data):
    marks, mode = MARKS[family], data.draw(st.sampled_from(MODES))
    parts = cut(text, draw(seed, "x"))
    if has_mark(text, marks):
        return
    made_of = put_together(parts, marks, mode)
    assert made_of.endswith(marks.end)
    body = made_of.removesuffix(marks.end).removeprefix(marks.prefix)
    if mode == "psm":
        prefix, _, rest = body.partition(marks.suffix)
        suffix, _, middle = rest.partition(marks.middle)
    else:
        suffix, _, rest = body.removeprefix(marks.suffix).partition(marks.middle)
        prefix, middle = rest[: len(parts.prefix)], rest[len(parts.prefix) :]
    assert (prefix, middle, suffix) == (parts.prefix, parts.middle, parts.suffix)


def test_cuts_depend_on_the_seed_and_on_nothing_else_that_is_exported():
    alone = values("fim", FAMILY[0])
    kept = [one for one in FAMILY if one.kind in STYLE["fim"].kinds]
    assert alone[0] in values("fim", *kept)
    other = values("fim", FAMILY[0], choices=Choices(seed=1))
    assert other[0]["text"] != alone[0]["text"]
    whole = values("fim", *kept, choices=Choices(fim_rate=0.0))
    assert not any(row["cut"] for row in whole) and whole[0]["text"] == FAMILY[0].code
    marked = made.example("solution", "python", 1, code="x = '<fim_middle>'\n")
    assert reasons("fim", marked) == ["holds_a_mark"]
    assert values("fim", marked, choices=Choices(fim_tokens="qwen"))


def test_answers_name_the_example_that_they_came_from():
    source = Source(FAMILY[0], {"example": FAMILY[0].id, "index": 1})
    assert {one.source.example.id for one in answers_of([source])} == {FAMILY[0].id}
    assert chosen(["unpaired"])[0].kinds == ("solution", "translation", "preference")
