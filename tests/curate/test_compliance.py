"""What must not be in a dataset is noted, redacted or dropped, and shown nowhere."""

import json
from dataclasses import replace

import pytest

from codegen.compliance.policy import Compliance
from codegen.curate.collect import collect
from codegen.curate.compliance import CompliancePass
from codegen.curate.dataset import Dataset
from codegen.curate.draft import drafted
from codegen.curate.selection import EVERYTHING
from codegen.curate.settings import CurationSettings, check_settings, load_settings
from codegen.errors import UsageError
from codegen.records import canonical

MAIL = "maria.keller@posteo.de"
TOKEN = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"


def cleaned(folder, run, change, settings=None):
    """Make a dataset by the pass alone from a run whose examples are changed before."""
    with drafted(folder / "data", force=True) as draft:
        collect([run], draft)
        for row in list(draft.rows(EVERYTHING)):
            draft.set_example(row.position, change(row.example))
        figures = CompliancePass(settings or Compliance(), 1).run(draft)
        draft.finish({})
    return Dataset.open(folder / "data"), figures


def in_statement(text):
    def change(example):
        statement = f"{example.problem.statement} {text}"
        return replace(example, problem=replace(example.problem, statement=statement))

    return change


def in_code(line):
    """Put a line at the end of the programs in Python, and into what the model would write."""

    def change(example):
        if example.language != "python":
            return example
        said = tuple(
            replace(one, content=f"{one.content}\n{line}") if one.train else one
            for one in example.messages
        )
        return replace(example, code=f"{example.code}\n{line}\n", messages=said)

    return change


def held(dataset):
    """Everything that a dataset says, as one text."""
    rows = [*dataset.rows(EVERYTHING)]
    parts = [canonical(row.example) + row.detail for row in rows]
    parts += [found.detail for row in rows for found in dataset.findings(row.position)]
    return "\n".join([*parts, *(canonical(one) for _, one in dataset.problems())])


def test_a_run_of_the_builtin_teacher_has_nothing_that_is_seen(tmp_path, small_run):
    dataset, figures = cleaned(tmp_path, small_run, lambda one: one)
    with dataset:
        assert figures == {"seen": {}, "licences": {}, "problems_redacted": 0}
        assert dataset.count() == dataset.count(EVERYTHING)
        assert not dataset.noticed()


def test_an_address_in_a_text_is_redacted_everywhere_and_the_example_marked(tmp_path, small_run):
    dataset, figures = cleaned(tmp_path, small_run, in_statement(f"Ask {MAIL}."))
    with dataset:
        total = dataset.count(EVERYTHING)
        assert dataset.count() == figures["seen"]["email"] == total
        assert dataset.noticed() == {"email": total, "redacted": total}
        for row in dataset.rows():
            assert row.example.problem.statement.endswith("Ask [EMAIL].")
        (note, _) = dataset.findings(0)
        assert note.detail.startswith("e-mail address #")
        assert note.detail.endswith(" at problem.statement")
        assert MAIL not in held(dataset)


def test_an_address_in_a_comment_is_redacted_and_the_rest_of_the_program_stays(tmp_path, small_run):
    dataset, _ = cleaned(tmp_path, small_run, in_code(f"# by {MAIL}"))
    with dataset:
        assert dataset.count() == dataset.count(EVERYTHING)
        assert MAIL not in held(dataset)
        codes = [row.example.code for row in dataset.rows() if row.language == "python"]
        assert codes and all(code.endswith("\n# by [EMAIL]\n") for code in codes)


def test_an_address_in_a_program_drops_the_example_as_what_was_executed_cannot_change(
    tmp_path, small_run
):
    dataset, _ = cleaned(tmp_path, small_run, in_code(f'AUTHOR = "{MAIL}"'))
    with dataset:
        for row in dataset.rows(EVERYTHING):
            assert (row.status == "dropped") == (row.language == "python")
            if row.status == "dropped":
                assert row.reason == "email"
                assert "cannot be redacted, as it was executed" in row.detail
        assert MAIL not in held(dataset)


def test_a_value_of_a_case_was_executed_as_well(tmp_path, small_run):
    def change(example):
        first = replace(example.cases[0], arguments=(MAIL,))
        return replace(example, cases=(first, *example.cases[1:]))

    dataset, _ = cleaned(tmp_path, small_run, change)
    with dataset:
        assert dataset.count() == 0
        assert MAIL not in held(dataset)


def test_a_secret_drops_the_example_and_is_shown_nowhere(tmp_path, small_run):
    dataset, figures = cleaned(tmp_path, small_run, in_statement(f"Use {TOKEN} for it."))
    with dataset:
        assert dataset.count() == 0
        assert dataset.tally("reason", EVERYTHING) == {"secret": dataset.count(EVERYTHING)}
        assert figures["seen"] == {"secret": dataset.count(EVERYTHING)}
        assert TOKEN not in held(dataset)


@pytest.mark.parametrize(
    ("policy", "kept", "noticed", "stays"),
    [("off", True, False, True), ("record", True, True, True), ("drop", False, True, False)],
)
def test_a_policy_is_what_is_done(tmp_path, small_run, policy, kept, noticed, stays):
    settings = Compliance(email=policy)
    dataset, _ = cleaned(tmp_path, small_run, in_statement(MAIL), settings)
    with dataset:
        assert (dataset.count() > 0) == kept
        assert bool(dataset.noticed()) == noticed
        assert any(MAIL in canonical(row.example) for row in dataset.rows(EVERYTHING)) == stays
        assert not any(
            MAIL in one.detail for row in dataset.rows(EVERYTHING)
            for one in dataset.findings(row.position)
        )  # fmt: skip


def test_denied_terms_come_from_a_file(tmp_path, small_run):
    path = tmp_path / "terms.txt"
    path.write_text("Project Falcon\n")
    settings = Compliance(denied_terms=str(path))
    change = in_statement("It is for project  falcon.")
    dataset, _ = cleaned(tmp_path, small_run, change, settings)
    with dataset:
        assert dataset.tally("reason", EVERYTHING) == {"term": dataset.count(EVERYTHING)}


@pytest.mark.parametrize(
    ("licence", "settings", "reason", "noticed"),
    [
        ("MIT OR GPL-3.0-only", {}, "", {}),
        ("GPL-3.0-only", {}, "licence", {}),
        ("GPL-3.0-only", {"licence": "record"}, "", {"licence"}),
        ("GPL-3.0-only", {"licence": "off"}, "", {}),
        ("GPL-3.0-only", {"allowed_licences": ("GPL-3.0-only",)}, "", {}),
        ("", {}, "", {"unknown_licence"}),
        ("LicenseRef-unknown", {"unknown_licence": "drop"}, "unknown_licence", {}),
    ],
)
def test_the_licence_of_a_seed_decides(tmp_path, small_run, licence, settings, reason, noticed):
    with drafted(tmp_path / "data") as draft:
        collect([small_run], draft)
        for row in list(draft.rows(EVERYTHING)):
            seed = replace(row.example.seed, kind="code", licence=licence)
            draft.set_example(row.position, replace(row.example, seed=seed))
        positions = [row.position for row in draft.rows(EVERYTHING)]
        for column, value in (("licence", licence), ("seed", "code")):
            draft.set(column, dict.fromkeys(positions, value))
        CompliancePass(Compliance(**settings), 1).run(draft)
        draft.finish({})
    with Dataset.open(tmp_path / "data") as dataset:
        assert set(dataset.tally("reason", EVERYTHING)) == {reason}
        assert set(dataset.noticed()) == set(noticed)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('[compliance]\nlicence = "redact"', "cannot be redacted"),
        ('[compliance]\nemail = "remove"', "email"),
        ("[compliance]\nemails = 1", "unknown key 'emails'"),
        ("[compliance]\nallowed_licences = []", "allowed_licences is empty"),
        ("[decontamination]\nalike = 2.0", "alike must be above 0"),
        ('[decontamination]\noff = ["looks"]', "off"),
        ("[decontamination]\nbehavioural_limit = -1", "must be at least 0"),
    ],
)
def test_settings_that_cannot_be_are_refused(tmp_path, table, said):
    path = tmp_path / "curate.toml"
    path.write_text(table)
    with pytest.raises(UsageError, match=said):
        load_settings(path)


def test_settings_as_they_are_can_be():
    check_settings(CurationSettings(), "defaults")
    assert json.loads(canonical(CurationSettings()))["compliance"]["secret"] == "drop"
