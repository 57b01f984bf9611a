"""LiveCodeBench's private cases are read, and a hostile pickle in their place runs nothing."""

import base64
import json
import pickle
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.contamination import packed
from codegen.contamination.questions import read_questions
from codegen.contamination.targets import Target
from codegen.errors import UsageError


def pack(value):
    return base64.b64encode(zlib.compress(pickle.dumps(value))).decode()


class Hostile:
    def __reduce__(self):
        return (open, ("ran.txt", "w"))


def question(tmp_path, private):
    place = tmp_path / "bench.jsonl"
    public = json.dumps([{"input": "1\n", "output": "2", "testtype": "functional"}])
    row = {
        "question_content": "Add one.",
        "public_test_cases": public,
        "private_test_cases": private,
    }
    place.write_text(json.dumps(row) + "\n")
    (found,) = read_questions([Target(place)])
    return found


@given(st.lists(st.dictionaries(st.text(), st.integers())))
def test_what_is_packed_comes_back(value):
    assert json.loads(packed.unpacked(pack(json.dumps(value)))) == value


def test_private_cases_count_beside_the_public_ones(tmp_path):
    cases = [{"input": "41\n", "output": "42", "testtype": "functional"}]
    for private in (json.dumps(cases), pack(json.dumps(cases))):
        found = question(tmp_path, private)
        assert [(call.arguments, call.expected) for call in found.calls] == [((1,), 2), ((41,), 42)]
        assert found.whole


def test_a_hostile_pickle_is_refused_and_runs_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for private in (pack(Hostile()), pack([1]), "no base64", pack("[1")[:40]):
        with pytest.raises(UsageError, match="line 1: the cases are not JSON"):
            question(tmp_path, private)
    assert not (tmp_path / "ran.txt").exists()


def test_what_unpacks_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(packed, "MOST_BYTES", 1000)
    with pytest.raises(ValueError, match="cut off"):
        packed.unpacked(pack("x" * 2000))
