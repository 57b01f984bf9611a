"""The builtin teacher: a procedural generator behind the `Model` contract, without weights.

It knows a few dozen families of problems, each with parameters, and solves them in every language
whose folder says how (`teacher.toml`, `teacher/`). It makes mistakes at set rates and repairs them
only where the feedback would let a programmer do so. It is for trying the product, for tests and
for benchmarks; its records say `builtin`.

`truth` is for tests alone: no pipeline may ask it.

Not here: explanations, documentation and translations.
"""

from codegen.model.builtin.knowledge import families, problem_count, truth
from codegen.model.builtin.mistakes import Mistakes
from codegen.model.builtin.teacher import BuiltinTeacher

__all__ = ["BuiltinTeacher", "Mistakes", "families", "problem_count", "truth"]
