"""Texts and programs that are almost a benchmark's."""

from hypothesis import given
from hypothesis import strategies as st

from codegen import language as languages
from codegen.contamination.overlap import Programs, Texts

TEXT = "Return the number of pairs of entries whose sum is a prime below the given bound and more"
CODE = """
def merge(left, right):
    # takes from both
    found = []
    while left and right:
        source = left if left[0] <= right[0] else right
        found.append(source.pop(0))
    return found + left + right
"""
RENAMED = """
def zip_up(a, b):
    result = []
    while a and b:
        chosen = a if a[0] <= b[0] else b
        result.append(chosen.pop(0))
    return result + a + b
"""
OTHER = """
def total(values):
    result = 0
    for value in values:
        if value % 2 == 0:
            result += value * value
        else:
            result -= value
    return result % 97
"""


def test_rows_of_numbers_in_examples_make_no_statement_a_benchmark_s():
    numbers = " ".join(map(str, range(40)))
    known = Texts()
    known.add(f"Sort what is given. For {numbers} the answer is the same.", "a")
    assert (
        known.find(f"Reverse a list and print it twice, for instance {numbers}, then stop.") is None
    )
    known.add(TEXT, "b")
    found = known.find(f"{numbers} {TEXT.upper()}, {numbers}")
    assert (found.place, found.method) == ("b", "ngram")


def test_short_statements_are_compared_as_wholes():
    known = Texts()
    known.add("Add two given numbers.", "a")
    assert known.find("ADD two given numbers").method == "near"
    assert known.find("ADD two given numbers", off=("near",)) is None
    assert known.find("Multiply two given numbers that are positive.") is None


def test_a_reference_is_found_with_its_names_and_with_others():
    python = languages.get("python")
    known = Programs()
    known.add(python, CODE, "a")
    assert known.find(python, f"import os\n{CODE}\n{OTHER}").method == "code"
    assert known.find(python, RENAMED).method == "renamed"
    assert known.find(python, RENAMED, off=("renamed",)) is None
    assert known.find(python, OTHER) is None
    assert known.find(languages.get("rust"), CODE) is None


def test_a_reference_of_few_tokens_is_like_too_many_programs():
    python = languages.get("python")
    known = Programs()
    known.add(python, "def f(a, b):\n    return a + b\n", "a")
    assert known.find(python, "def f(a, b):\n    return a + b\n") is None


@given(st.lists(st.sampled_from((CODE, RENAMED, OTHER)), max_size=3))
def test_a_program_holds_itself_whatever_stands_around_it(around):
    python = languages.get("python")
    known = Programs()
    known.add(python, OTHER, "a")
    assert known.find(python, "\n".join([*around, OTHER, *around])).place == "a"
