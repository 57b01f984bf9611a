# ruff: noqa: E501 - one answer per line reads better than one per screen
"""Extraction of code, by what the extracted program is and does."""

import contextlib
import textwrap
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.answer import AnswerError, extract_code
from codegen.answer.outline import is_clean
from codegen.language import get

PYTHON, RUST, GO = get("python"), get("rust"), get("go")

DOUBLE = "def double(x: int) -> int:\n    return 2 * x\n"
PYTHON_PROMPT = 'from typing import List\n\n\ndef double(xs: List[int]) -> List[int]:\n    """Double all.\n    >>> double([1])\n    [2]\n    """\n'
RUST_PROMPT = "use std::collections::HashMap;\n\n/// Count the words.\nfn tally(text: String) -> HashMap<String, isize> {\n"
GO_PROMPT = 'package triple_test\n\nimport (\n    "testing"\n    "fmt"\n)\n\n// Three times x.\nfunc triple(x int) int {\n'


def text(source: Any) -> Any:
    return textwrap.dedent(source).lstrip("\n")


def run(code: Any, call: Any) -> Any:
    scope = {"__name__": "solution"}
    exec(code, scope)
    return eval(call, scope)


@pytest.mark.parametrize(
    "answer",
    [
        f"```python\n{DOUBLE}```",
        f"```\n{DOUBLE}```",
        f"~~~py\n{DOUBLE}~~~",
        f"````python\n{DOUBLE}````",
        f"``` {{.python}}\n{DOUBLE}```",
        f"```Python title=a.py\n{DOUBLE}```",
        f"Sure!\n\n```python\n{DOUBLE}```\nThis doubles `x`.",
        f"Sure!\r\n\r\n```python\r\n{DOUBLE}```\r\nDone.".replace("\n", "\r\n"),
        f"```python\n{DOUBLE}",
        f"```python\n{DOUBLE}\nThis function doubles its argument.\n",
        DOUBLE,
        f"Here is the function:\n\n{DOUBLE}\nIt works because of arithmetic.",
        f"Here is the function:\n{DOUBLE}\n\n- It is short.\n- It is fast.",
        "1. First\n\n   ```python\n" + textwrap.indent(DOUBLE, "   ") + "   ```\n2. Done",
        "```python\n" + textwrap.indent(DOUBLE, "    ") + "```",
        f"<think>\n```python\ndef double(x): return x\n```\nno\n</think>\n```python\n{DOUBLE}```",
        f"so it is twice\n</think>\n\n```python\n{DOUBLE}```",
        f"```text\ndouble the number\n```\n```python\n{DOUBLE}```",
        f"```python\n{DOUBLE}```\nUse it so:\n```python\nprint(double(2))\n```",
        f"```python\n{DOUBLE}```\nUse it so:\n```python\nresult = double(2)\nother = double(3)\nprint(result, other)\n```",
        f"```python\n{DOUBLE}```\nTests:\n```python\ndef test_double():\n    assert double(2) == 4\n    assert double(3) == 6\n```",
        f"```python\n{DOUBLE}```\nInstall nothing:\n```bash\npip install nothing\n```",
        f"First try:\n```python\ndef double(x):\n    return x * x\n```\nBetter:\n```python\n{DOUBLE}```",
        f"```python\nHere is the code:\n{DOUBLE}```",
        f"```python\n{DOUBLE}\nprint(double(2))\n```",
        f"```python\n{DOUBLE}\nassert double(2) == 4\n```",
        f"```python\n{DOUBLE}\n# Example usage:\nresult = double(2)\nprint(result)\n```",
        f'```python\n{DOUBLE}\nif __name__ == "__main__":\n    print(double(int(input())))\n```',
        f"```python\n{DOUBLE}\ndef main():\n    print(double(2))\n\nmain()\n```",
        f"```python\nimport unittest\n\n{DOUBLE}\nclass T(unittest.TestCase):\n    def test_it(self):\n        assert double(1) == 2\n\nunittest.main()\n```",
        f"```python\n{DOUBLE}\ndef test_double():\n    assert double(2) == 4\n\ntest_double()\n```",
        f"```python\n{DOUBLE}\nfor case in (1, 2):\n    print(case, double(case))\n```",
        f"```python\n{DOUBLE}\ncases = [1, 2]\nfor case in cases:\n    print(double(case))\n```",
    ],
)
def test_python_answers_of_every_shape_give_the_function_alone(answer: Any) -> None:
    assert extract_code(PYTHON, answer, entry_point="double").strip() == DOUBLE.strip()
    assert extract_code(PYTHON, answer).strip() == DOUBLE.strip()


def test_a_fence_inside_a_docstring_does_not_end_the_block() -> None:
    code = 'def f():\n    """Doc\n\n```\nf()\n```\n\n    ```python\n    f()\n    ```\n    """\n    return 7\n'
    assert extract_code(PYTHON, f"Here:\n```python\n{code}```\nBye") == code


def test_an_unclosed_block_ends_where_the_next_one_begins() -> None:
    answer = f"```python\n{DOUBLE}\n```python\nprint(double(3))\n```"
    assert extract_code(PYTHON, answer, entry_point="double") == DOUBLE


def test_the_block_that_defines_the_entry_point_wins_over_a_longer_one() -> None:
    longer = "def helper(x):\n    y = x\n    z = y\n    return z + 1\n"
    answer = f"```python\n{DOUBLE}```\nand\n```python\n{longer}```"
    assert extract_code(PYTHON, answer, entry_point="double") == DOUBLE


def test_definitions_in_an_earlier_block_are_joined_when_the_chosen_one_uses_them() -> None:
    answer = text("""
        ```python
        import math

        def root(x):
            return math.isqrt(x)
        ```
        and then
        ```python
        def f(x):
            return root(x) + 1
        ```
        """)
    assert run(extract_code(PYTHON, answer, entry_point="f"), "f(9)") == 4


def test_values_that_functions_need_stay_also_when_a_call_makes_them() -> None:
    code = text("""
        import sys

        sys.setrecursionlimit(5000)
        LIMIT = 10


        def sieve(n):
            return [p for p in range(2, n) if all(p % q for q in range(2, p))]


        def f(x):
            return x in PRIMES and x < LIMIT


        PRIMES = sieve(100)
        """)
    got = extract_code(PYTHON, f"```python\n{code}\nprint(f(7))\n```", entry_point="f")
    assert got == code
    assert run(got, "f(7)") is True


def test_a_local_of_the_same_name_does_not_keep_example_usage() -> None:
    code = "def f(x):\n    result = x + 1\n    return result\n"
    got = extract_code(PYTHON, f"```python\n{code}\nresult = f(1)\nprint(result)\n```")
    assert got == code


def test_a_helper_named_like_a_test_stays_when_it_is_used() -> None:
    code = "def test_prime(n):\n    return n > 1\n\n\ndef f(x):\n    return test_prime(x)\n"
    assert extract_code(PYTHON, f"```python\n{code}```", entry_point="f") == code


def test_imports_that_only_the_tests_needed_go_and_others_stay() -> None:
    answer = f"```python\nimport doctest\nimport math\n\n{DOUBLE}\ndoctest.testmod()\n```"
    assert extract_code(PYTHON, answer) == f"import math\n\n{DOUBLE}"


def test_broken_code_comes_back_whole() -> None:
    code = "def f(x):\n    if x > 1\n        print(x)\n    return x\n"
    assert extract_code(PYTHON, f"```python\n{code}```", entry_point="f") == code
    usage = "```python\nvalue = f(2)\nprint(value, f(3), f(4), f(5), f(6))\n```"
    assert extract_code(PYTHON, f"```python\n{code}```\nUsage:\n{usage}") == code
    assert "if x > 1\n" in extract_code(PYTHON, f"Here it is:\n\n{code}", entry_point="f")


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "  \n",
        "I cannot solve this.",
        "<think>hmm, let me see",
        "```python\n```",
        "Sorry, this task cannot be done.\nI would need more information.",
    ],
)
def test_an_answer_without_code_says_so(answer: Any) -> None:
    with pytest.raises(AnswerError, match=r"no code|empty|thinking"):
        extract_code(PYTHON, answer)


@pytest.mark.parametrize(
    "body",
    [
        "    return [2 * x for x in xs]\n",
        "return [2 * x for x in xs]\n",
        "result = []\n    for x in xs:\n        result.append(2 * x)\n    return result\n",
        "    import math\n    return [math.floor(2 * x) for x in xs]\n",
        "    return twice(xs)\n\n\ndef twice(xs):\n    return [2 * x for x in xs]\n",
        "    return [2 * x for x in xs]\n\nprint(double([1]))\n",
        "def double(xs: List[int]) -> List[int]:\n    return [2 * x for x in xs]\n",
    ],
)
@pytest.mark.parametrize("wrapper", ["```python\n{}```", "{}", "Sure:\n```\n{}```\nThat is all."])
def test_a_prompt_is_completed_or_replaced(body: Any, wrapper: Any) -> None:
    got = extract_code(PYTHON, wrapper.format(body), prompt=PYTHON_PROMPT)
    assert run(got, "double([1, 2])") == [2, 4]
    assert "print" not in got


def test_helpers_and_imports_of_a_prompt_are_kept_when_the_answer_lacks_them() -> None:
    prompt = "import math\n\n\ndef half(x):\n    return math.floor(x / 2)\n\n\ndef f(x):\n    '''Half of it plus one.'''\n"
    answer = "```python\nimport os\n\ndef f(x):\n    return half(x) + 1\n```"
    got = extract_code(PYTHON, answer, prompt=prompt)
    assert run(got, "f(5)") == 3
    own = "```python\nimport math\n\ndef half(x):\n    return 0\n\ndef f(x):\n    return half(x) + 1\n```"
    assert extract_code(PYTHON, own, prompt=prompt).count("def half") == 1


def test_a_function_under_another_name_is_not_nested_into_the_prompt() -> None:
    got = extract_code(PYTHON, "```python\ndef dbl(xs):\n    return xs\n```", prompt=PYTHON_PROMPT)
    assert got.startswith("from typing import List")
    assert "\ndef dbl(xs):" in got


def test_rust_main_tests_and_their_imports_go() -> None:
    answer = text("""
        ```rust
        use std::collections::HashMap;
        use std::io;

        /// Counts.
        pub fn tally(text: String) -> HashMap<String, isize> {
            HashMap::from([(text, 1)])
        }

        fn main() {
            let mut line = String::new();
            io::stdin().read_line(&mut line).unwrap();
            println!("{:?}", tally(line));
        }

        #[cfg(test)]
        mod tests {
            use super::*;

            #[test]
            fn works() {
                assert_eq!(tally("a".into()).len(), 1);
            }
        }
        ```
        """)
    got = extract_code(RUST, answer, entry_point="tally")
    assert got == text("""
        use std::collections::HashMap;

        /// Counts.
        pub fn tally(text: String) -> HashMap<String, isize> {
            HashMap::from([(text, 1)])
        }
        """)


@pytest.mark.parametrize(
    "body",
    [
        "    HashMap::from([(text, 1)])\n",
        "    HashMap::from([(text, 1)])\n}\n",
        "    let one = 1;\n    HashMap::from([(text, one)])\n}\n\nfn main() {\n    tally(String::new());\n}\n",
        "fn tally(text: String) -> HashMap<String, isize> {\n    HashMap::from([(text, 1)])\n}\n",
        "use std::collections::{HashMap, HashSet};\nfn tally(text: String) -> HashMap<String, isize> {\n    let _: HashSet<u8>;\n    HashMap::from([(text, 1)])\n}\n",
    ],
)
def test_rust_prompts_are_completed_or_replaced(body: Any) -> None:
    got = extract_code(RUST, f"```rust\n{body}```", prompt=RUST_PROMPT)
    assert is_clean(RUST, got)
    assert got.count("fn tally(") == 1
    assert got.count("HashMap;") + got.count("{HashMap,") == 1
    assert "fn main" not in got


def test_of_two_rust_functions_with_one_name_the_last_stays() -> None:
    answer = "```rust\nfn f() -> i64 {\n    1\n}\n\nfn f() -> i64 {\n    2\n}\n```"
    assert extract_code(RUST, answer) == "fn f() -> i64 {\n    2\n}\n"


def test_rust_attributes_and_inner_attributes_stay_in_place() -> None:
    code = '#![allow(dead_code)]\n\nuse std::fmt;\n\n#[derive(Debug)]\nstruct P;\n\nimpl fmt::Display for P {\n    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {\n        write!(f, "p")\n    }\n}\n\nfn f() -> String {\n    P.to_string()\n}\n'
    assert extract_code(RUST, f"```rust\n{code}\nfn main() {{}}\n```") == code


def test_go_keeps_what_is_used_of_the_imports() -> None:
    answer = text("""
        ```go
        package triple_test

        import (
        \t"fmt"
        \t"sort"
        \t"testing"
        )

        func triple(x int) int {
        \tsort.Ints(nil)
        \treturn 3 * x
        }

        func TestTriple(t *testing.T) {
        \tfmt.Println(triple(2))
        }

        func ExampleTriple() {}

        func main() {
        \tfmt.Println(triple(1))
        }
        ```
        """)
    got = extract_code(GO, answer, prompt=GO_PROMPT)
    assert got == text("""
        package triple_test

        import "sort"

        func triple(x int) int {
        \tsort.Ints(nil)
        \treturn 3 * x
        }
        """)


def test_a_go_import_that_the_model_wrote_for_nothing_stays_for_the_compiler() -> None:
    answer = (
        '```go\npackage p\n\nimport "strings"\n\nfunc triple(x int) int {\n\treturn 3 * x\n}\n```'
    )
    assert 'import "strings"' in extract_code(GO, answer, prompt=GO_PROMPT)


@pytest.mark.parametrize(
    "body",
    [
        "\treturn 3 * x\n}\n",
        "    return 3 * x\n",
        "func triple(x int) int {\n\treturn 3 * x\n}\n",
        'package main\n\nimport "fmt"\n\nfunc triple(x int) int {\n\treturn 3 * x\n}\n\nfunc main() {\n\tfmt.Println(triple(1))\n}\n',
    ],
)
def test_go_prompts_are_completed_or_replaced(body: Any) -> None:
    got = extract_code(GO, f"```go\n{body}```", prompt=GO_PROMPT)
    assert is_clean(GO, got)
    assert got.startswith("package triple_test\n")
    assert got.count("func triple(") == 1
    assert "import" not in got
    assert "func main" not in got


def test_go_without_a_prompt_gets_the_package_that_the_file_needs() -> None:
    body = "func triple(x int) int {\n\treturn 3 * x\n}\n"
    expected = f"package solution\n\n{body}"
    assert extract_code(GO, f"```go\n{body}```") == expected
    assert extract_code(GO, f"```go\npackage main\n\n{body}\nfunc main() {{}}\n```") == expected
    assert extract_code(GO, f"```go\npackage solution\n\n{body}```") == expected


def test_go_method_and_type_of_another_block_come_with_their_import() -> None:
    answer = text("""
        ```go
        package solution

        import "strings"

        type box struct{ s string }

        func (b box) up() string { return strings.ToUpper(b.s) }
        ```
        ```go
        package solution

        func f(s string) string { return box{s}.up() }
        ```
        """)
    got = extract_code(GO, answer, entry_point="f")
    assert is_clean(GO, got)
    assert got.startswith('package solution\n\nimport "strings"\n\ntype box')
    assert got.count("package") == 1


@pytest.mark.parametrize(
    ("language", "code", "cut"),
    [
        (GO, "package p\n\nfunc f() int {\n\treturn 1\n}\n", "\nfunc main() {\n\tprintln(f(\n"),
        (
            RUST,
            "fn f() -> i64 {\n    1\n}\n",
            "\n#[cfg(test)]\nmod tests {\n    use super::*;\n    #[te",
        ),
        (PYTHON, DOUBLE, "\nif __name__ == '__main__':\n    print(double(\n"),
    ],
)
def test_a_main_that_the_end_of_the_answer_cuts_in_two_goes(
    language: Any, code: Any, cut: Any
) -> None:
    assert extract_code(language, f"```\n{code}{cut}") == code


def test_a_solution_that_the_end_of_the_answer_cuts_in_two_stays() -> None:
    code = "fn f(xs: Vec<i64>) -> i64 {\n    let mut sum = 0;\n    for x in xs {\n        sum +="
    assert extract_code(RUST, f"```rust\n{code}", entry_point="f").rstrip() == code


@given(st.text(alphabet="`~ \n#dexfr:()=1\"'{}<>/think", max_size=120))
def test_whatever_the_answer_nothing_but_an_answer_error_comes_up(answer: Any) -> None:
    for language in (PYTHON, RUST, GO):
        with contextlib.suppress(AnswerError):
            assert extract_code(language, answer).strip()


@given(st.lists(st.sampled_from(["a = 1", "# note", "x = 'ü'", "import os", '"""doc"""'])))
def test_extraction_changes_nothing_in_a_file_without_anything_to_remove(lines: Any) -> None:
    code = "\n".join([*lines, DOUBLE])
    once = extract_code(PYTHON, f"```python\n{code}```")
    assert once == code.strip("\n") + "\n"
    assert extract_code(PYTHON, once) == once


@pytest.mark.parametrize(
    "answer",
    [
        "(" * 5000 + "x" + ")" * 5000 + " = 1\n" + DOUBLE,
        "use a::{" * 2000 + "b" + "}" * 2000 + ";\nfn f() {}\n",
        "```python\n" * 500,
        "def f(\n" * 300,
        "# x\n@\n" * 500,
    ],
)
def test_absurd_answers_are_answered_in_bounded_time(answer: str) -> None:
    for language in (PYTHON, RUST, GO):
        with contextlib.suppress(AnswerError):
            extract_code(language, answer)
