"""What a failed answer is called, and what can be done about it: two closed sets."""

from __future__ import annotations

from enum import StrEnum


class ErrorClass(StrEnum):
    """The kinds of failure that a repair depends on; see `codegen.synthesis.classify`."""

    SYNTAX = "syntax"
    NAMES = "names"
    IMPORTS = "imports"
    TYPES = "types"
    LINT = "lint"
    WRONG_ANSWER = "wrong_answer"
    CRASH = "crash"
    LIMIT = "limit"
    NO_CODE = "no_code"


class Arm(StrEnum):
    """How an answer was asked for, or what is to be done next; see `codegen.synthesis.policy`.

    `first` is a candidate's first question. `repair` shows the failure, `reasoned_repair` asks to
    think the failing case through before any code, `fresh` begins again without the failed code.
    """

    FIRST = "first"
    REPAIR = "repair"
    REASONED_REPAIR = "reasoned_repair"
    FRESH = "fresh"
    GIVE_UP = "give_up"
