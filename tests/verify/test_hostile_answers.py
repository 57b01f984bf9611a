"""What a program may send or be that must cost its own verdict, and nobody else's."""

from __future__ import annotations

from codegen.records import Outcome, Parameter, Signature
from codegen.verify.request import VerifyRequest
from codegen.verify.verifier import Verifier

SEND = """
import os
def send(body):
    os.write(4, len(body).to_bytes(4, "big") + body)
"""
TESTS = "from solution import f\n\n\ndef test_f():\n    assert f(1) == 2\n"
SIGNATURE = Signature("f", (Parameter("x", "int"),), "float")


def endless(digits: int) -> VerifyRequest:
    """A float of so many digits before the point."""
    code = SEND + f"def f(x):\n    send(b'{{\"value\":1' + b'0' * {digits} + b'}}'); os._exit(0)\n"
    cases = [{"arguments": [1], "expected": 1.5}]
    return VerifyRequest("python", code, cases=cases, signature=SIGNATURE, lint="off")


def halved(body: str) -> VerifyRequest:
    """An attestation with half a surrogate pair."""
    code = SEND + f"send(br'{body}')\ndef f(x):\n    return 0\n"
    return VerifyRequest("python", code, tests=TESTS, lint="off")


def tangled(language: str, text: str, tests: str) -> VerifyRequest:
    return VerifyRequest(language, text, tests=tests, lint="off")


def test_a_hostile_answer_gets_a_verdict_and_the_others_theirs(local: Verifier) -> None:
    java = "class Solution { static int f(int x) { return 0; } }\n" + "x=>" * 2500
    main = "class Main { public static void main(String[] a) { assert Solution.f(1) == 2; } }\n"
    hostile = {
        Outcome.WRONG_ANSWER: [endless(400), endless(4000)],
        Outcome.TAMPERED: [
            endless(5000),
            halved(r'{"name":"\ud800","outcome":"passed","seal":"00"}'),
            halved(r'{"name":"test_f","outcome":"\ud800","seal":"00"}'),
        ],
        Outcome.COMPILE_ERROR: [tangled("java", java, main)],
    }
    right = VerifyRequest("python", "def f(x):\n    return x + 1\n", tests=TESTS, lint="off")
    asked = [one for group in hostile.values() for request in group for one in (request, right)]
    wanted = [
        one
        for outcome, group in hostile.items()
        for _ in group
        for one in (outcome, Outcome.PASSED)
    ]
    assert [verdict.outcome for verdict in local.verify_many(asked)] == wanted
