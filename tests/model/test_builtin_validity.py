"""Which inputs the teacher takes for valid is what its statements say."""

from random import Random

import pytest

from codegen.model.builtin.knowledge import all_families, class_families, draw_inputs
from codegen.model.builtin.validity import is_valid

FAMILIES = {one.name: one for one in (*all_families(), *class_families())}


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_what_a_family_draws_is_valid_and_what_it_breaks_is_not(name: str) -> None:
    family = FAMILIES[name]
    for seed in range(40):
        rng = Random(seed)
        parameters = family.draw(rng)
        for arguments in draw_inputs(family, parameters, 20, rng):
            assert is_valid(name, parameters, arguments), arguments
        if family.invalid is not None:
            arguments = family.invalid(rng, parameters)
            assert not is_valid(name, parameters, arguments), arguments


@pytest.mark.parametrize(
    ("name", "parameters", "arguments"),
    [
        ("boats", {}, [[0]]),
        ("bracket_depth", {}, ["a\nb"]),
        ("first_reaching", {}, [[2, 1], 0]),
        ("grid_paths", {}, [[".", ".."]]),
        ("parse_settings", {"between": "commas", "equals": "="}, ["a=1;b=2"]),
        ("parse_settings", {"between": "commas", "equals": "="}, ["a=1234567890"]),
        ("postfix_value", {}, ["1  2 +"]),
        ("rate_limiter", {}, [3, [["allow", ["a", 5]], ["remaining", ["a", 4]]]]),
        ("reach_distance", {}, [2, [[0, 2]]]),
        ("shift_date", {}, [[2023, 2, 29]]),
        ("smoothing", {}, [["NaN"]]),
        ("text_editor", {}, ["", [["insert", ["A"]]]]),
        ("top_scores", {}, [[["", 1]]]),
        ("word_counts", {}, ["it is 1"]),
    ],
)
def test_what_a_constraint_excludes_is_not_valid(name, parameters, arguments) -> None:
    assert not is_valid(name, parameters, arguments)
