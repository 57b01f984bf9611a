"""What a report says is what the records say, for everything and for each part."""

from __future__ import annotations

from collections import Counter

import pytest

from codegen.curate.dataset import Dataset
from codegen.curate.selection import Selection
from codegen.report.reading import reading
from codegen.report.summary import views
from tests.report.conftest import BAD, LOOKED_AT, PROBLEMS, REASONS

ALL = 2 * PROBLEMS
LOST = ALL // 2


@pytest.fixture(scope="module")
def told(data):
    with reading([data]) as found:
        return {view.key: view for view in views(found)}


@pytest.fixture(scope="module")
def rows(data):
    with Dataset.open(data) as dataset:
        return list(dataset.rows(Selection(statuses=())))


def section(view, key):
    return next(one for one in view.sections if one.key == key)


def table(view, key, title):
    panel = next(one for one in section(view, key).panels if one.title == title)
    return [dict(zip([c.name for c in panel.columns], row, strict=True)) for row in panel.rows]


def test_there_is_a_part_for_each_value_of_each_dimension_that_has_several(told):
    groups = Counter(view.group for view in told.values())
    assert groups == {
        "": 1,
        "Run": 2,
        "Source": 2,
        "Model": 2,
        "Programming language": 3,
        "Natural language": 2,
        "Annotator": 2,
    }
    assert told["language=python"].title == "Python" and told["natural=de"].title == "German"


def test_the_funnel_loses_each_problem_at_the_stage_of_its_reason(told):
    found = table(told[""], "funnel", "Problems that reached each stage")
    lost = LOST // len(REASONS)
    assert [one["problems"] for one in found] == [
        ALL + LOST,
        ALL + LOST - lost,
        ALL + LOST - 2 * lost,
        ALL + LOST - 3 * lost,
        ALL,
    ]
    assert f"Of {ALL + LOST} problems begun, {ALL} (67%) were accepted" in (
        section(told[""], "funnel").says
    )


def test_kept_and_dropped_are_those_of_the_dataset_in_every_part(told, rows):
    belongs = {
        "": lambda _: True,
        "run=run-1": lambda row: row.run == 1,
        "source=code": lambda row: row.seed == "code",
        "model=second/model": lambda row: row.model == "second/model",
        "language=rust": lambda row: row.language == "rust",
        "natural=de": lambda row: row.natural_language == "de",
    }
    for key, belonging in belongs.items():
        wanted = Counter((row.kind, row.status) for row in rows if belonging(row))
        shown = table(told[key], "funnel", "Examples by kind, kept and dropped")
        got = Counter({(one["kind"], one["status"]): one["examples"] for one in shown})
        assert +got == wanted, key


def test_reasons_have_their_count_and_their_samples(told):
    found = section(told[""], "rejections")
    rows = table(told[""], "rejections", "Rejected problems by reason")
    assert {one["reason"]: one["count"] for one in rows} == {
        reason.replace("_", " "): LOST // len(REASONS) for reason in REASONS
    }
    assert len(found.quotes) == len(REASONS)
    for quote in found.quotes:
        assert 1 <= len(quote.samples) <= 3
        assert all(detail.startswith("detail ") for _, _, detail in quote.samples)


def test_drops_are_told_by_filter_with_ids_that_can_be_looked_up(told, rows):
    dropped = [row for row in rows if row.status == "dropped"]
    (one,) = table(told[""], "drops", "Dropped examples by filter")
    assert (one["reason"], one["count"]) == ("too long", len(dropped))
    (quote,) = section(told[""], "drops").quotes
    assert {name for name, _, _ in quote.samples} <= {row.id for row in dropped}


def test_repairs_are_told_by_class_and_arm(told):
    wrong = sum(number % 3 == 0 for number in range(ALL)) + sum(
        number % 3 == 0 and REASONS[number % 4] in ("no_consensus", "unstable")
        for number in range(1000, 1000 + LOST)
    )
    (one,) = table(
        told[""],
        "repair",
        "Answers that passed, by what had failed and how it was asked again",
    )
    assert (one["error"], one["arm"], one["answers"], one["passed"]) == (
        ("wrong answer", "repair", wrong, wrong)
    )


def test_claims_are_held_against_measurements(told):
    found = section(told[""], "difficulty")
    assert found.says.startswith("Problems claimed to be harder do fail more often: 0% of")
    cells = table(told[""], "difficulty", "Problems by claimed difficulty and share of failures")
    assert {(one["claimed"], one["measured"]): one["problems"] for one in cells} == {
        ("easy", "0 to 20%"): ALL // 3,
        ("medium", "20 to 40%"): ALL // 3,
        ("hard", "40 to 60%"): ALL // 3,
    }


def test_scores_are_the_solutions_own(told, rows):
    kept = [row.example for row in rows if row.kind == "solution" and row.status == "kept"]
    bins = table(told[""], "mutation", "Of all mutants (strict)")
    assert sum(one["solutions"] for one in bins) == len(kept)
    full = sum(one.strength.strict_score == 1 for one in kept)
    assert bins[-1]["solutions"] == full


def test_what_people_said_is_told_of_everything_and_of_each_of_them(told):
    found = section(told[""], "people").says
    assert found.startswith(f"2 people looked at {2 * LOOKED_AT} examples; {BAD} of")
    marks = table(told["annotator=ada"], "people", "Marks by annotator")
    assert sum(one["examples"] for one in marks) == LOOKED_AT
    kinds = table(told["annotator=ada"], "funnel", "Examples by kind, kept and dropped")
    assert {one["kind"]: one["examples"] for one in kinds} == {"solution": LOOKED_AT}


def test_parts_of_a_language_count_its_own_attempts(told):
    python = section(told["language=python"], "repair").says
    assert "of 64 solutions" in python or "solutions were wrong" in python
    assert section(told["language=rust"], "repair").says == "Nothing was solved in this part."


def test_without_journals_it_is_said_what_is_not_known(told):
    assert "journals of their runs are not there" in section(told[""], "times").says
    assert any("is not there" in one.text and one.notice for one in told[""].warnings)
    assert "not for this part" in section(told[""], "costs").says


def test_what_is_wrong_is_warned_of_before_what_is_worth_knowing(told):
    warnings = told[""].warnings
    assert [one.notice for one in warnings] == sorted(one.notice for one in warnings)
    keys = {one.key for one in told[""].sections}
    assert {one.section for one in warnings} <= keys


def test_runs_are_compared_where_there_are_several(told):
    found = section(told[""], "rounds")
    assert [row[0] for row in found.panels[0].rows] == ["run-0", "run-1"]
    assert found.says
    assert all(one.key != "rounds" for one in told["run=run-0"].sections)


def test_every_section_begins_with_a_sentence_and_every_plot_has_its_columns(told):
    for view in told.values():
        for one in view.sections:
            assert one.says.endswith("."), one.key
            for panel in one.panels:
                names = {column.name for column in panel.columns}
                assert fields(panel.chart) <= names, (one.key, panel.title)


def fields(chart):
    if isinstance(chart, dict):
        own = {chart["field"]} if isinstance(chart.get("field"), str) else set()
        return own.union(*(fields(one) for one in chart.values()), set())
    if isinstance(chart, list):
        return set().union(*(fields(one) for one in chart), set())
    return set()


@pytest.mark.slow
def test_a_runs_journal_tells_times_and_costs(small_run):
    with reading([small_run]) as found:
        view = next(iter(views(found)))
        usage = found.sources[0].journal.usage()
    periods = table(view, "times", section(view, "times").panels[0].title)
    assert sum(one["problems"] for one in periods) == found.everything.statistics.attempted
    costs = table(view, "costs", "Tokens written per kept example, by purpose")
    total = sum(one["written"] for one in costs) * found.everything.kept
    assert total == pytest.approx(sum(one.completion_tokens for one in usage.values()))
