"""What is personal, secret, denied or not allowed; and what only looks so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.compliance.allowed import PERMISSIVE, Licences
from codegen.compliance.credentials import secrets
from codegen.compliance.personal import CHECKS
from codegen.compliance.terms import read_terms, terms_of
from codegen.errors import UsageError

# written in pieces, so that no scanner takes this file for a leak
AWS = "AKIA" + "QYLPMN5HNM2OCAXV"
GITHUB = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
KEY = "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\nzzz\n-----END RSA PRIVATE KEY-----"
LUHN = st.text("0123456789", min_size=14, max_size=14)


def seen(check, text):
    return [one.text for one in CHECKS[check](text)]


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        (f"key = '{AWS}'", "AWS Access Key", AWS),
        (f"export TOKEN={GITHUB}", "GitHub Token", GITHUB),
        (f"x\n{KEY}\ny", "Private Key", KEY),
        ("postgres://joe:hunter22@db.local/x", "Basic Auth Credentials", "://joe:hunter22@"),
    ],
)
def test_a_secret_is_known_by_its_form_and_seen_as_a_whole(text, kind, found):
    assert [(one.kind, one.text) for one in secrets(text)] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "password = read_line()",
        "secret = 'abcdefgh'",
        "digest = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08'",
        "https://example.org/a?b=c@d",
        "def token(text): return text.split('=')[1]",
    ],
)
def test_honest_code_holds_no_secret(text):
    assert not list(secrets(text))


@pytest.mark.parametrize(
    ("check", "text", "found"),
    [
        ("email", "write to joe.doe+x@gmail.com.", ["joe.doe+x@gmail.com"]),
        ("email", "joe@example.com, a@b.com, x@y.test, me@example.org", []),
        ("email", "@decorator and a@b and user@host", []),
        ("phone", "call +44 20 7946 0958 now", ["+44 20 7946 0958"]),
        ("phone", "x = 4402079460958 + 1; y = x+4402079460958", []),
        ("iban", "pay GB82 WEST 1234 5698 7654 32 today", ["GB82 WEST 1234 5698 7654 32"]),
        ("iban", "pay GB83 WEST 1234 5698 7654 32 today", []),
        ("card", "4539 1488 0343 6467", ["4539 1488 0343 6467"]),
        ("card", "4539148803436468 and 1234567890123 and 0.4539148803436467", []),
        ("card", "4111111111111111", []),
        ("ip", "ping 8.8.4.4 and 2001:4860:4860::8844", ["8.8.4.4", "2001:4860:4860::8844"]),
        ("ip", "127.0.0.1 10.1.2.3 192.168.0.1 192.0.2.1 version 8.8.4.4 300.1.1.1", []),
        ("ip", "12:30:45 and a::b and 1.2.3 and std::vector", []),
    ],
)
def test_personal_data_is_what_keeps_to_its_plan(check, text, found):
    assert seen(check, text) == found


@given(LUHN)
def test_a_number_of_a_card_has_one_right_last_digit(digits):
    text = "4" + digits
    right = [d for d in "0123456789" if seen("card", text + d)]
    assert len(right) == (1 if len(set(text + (right or ["4"])[0])) > 2 else 0)


@given(st.text())
def test_no_check_fails_and_what_is_seen_is_in_the_text(text):
    for check in CHECKS:
        assert all(one in text for one in seen(check, text))
    assert all(one.text in text for one in secrets(text))


@given(st.from_regex(r"[A-Z]{2}\d{2}[A-Z0-9]{10,20}", fullmatch=True))
def test_what_is_shown_of_a_sighting_does_not_hold_it(text):
    for one in CHECKS["iban"](text):
        assert one.text not in repr(one)
        assert len(one.digest) == 8


@pytest.mark.parametrize(
    ("expression", "standing"),
    [
        ("MIT", "allowed"),
        ("mit", "allowed"),
        ("Apache-2.0 WITH LLVM-exception", "allowed"),
        ("GPL-3.0", "denied"),
        ("MIT OR GPL-3.0-only", "allowed"),
        ("MIT AND GPL-3.0-only", "denied"),
        ("(MIT OR GPL-2.0-only) AND (ISC OR AGPL-3.0-only)", "allowed"),
        ("MIT AND LicenseRef-mine", "unknown"),
        ("LicenseRef-unknown", "unknown"),
        ("", "unknown"),
        ("MIT/X11 or so", "unknown"),
    ],
)
def test_an_expression_stands_where_its_parts_put_it(expression, standing):
    assert Licences(PERMISSIVE).standing(expression) == standing


def test_a_licence_of_one_s_own_can_be_allowed_and_one_that_is_none_cannot():
    assert Licences(("LicenseRef-mine",)).standing("LicenseRef-mine") == "allowed"
    assert Licences(("LicenseRef-mine",)).standing("MIT") == "denied"
    with pytest.raises(UsageError, match="SPDX has no 'MTI'"):
        Licences(("MTI",))


def test_terms_are_whole_words_in_any_case_and_spacing(tmp_path):
    terms = terms_of(["Project Falcon  # internal", "", "# nothing", "acme"])
    text = "ACME's project\n falcon; acmes, project falconry"
    assert [one.text for one in terms(text)] == ["ACME", "project\n falcon"]
    assert not list(terms_of([])("anything"))
    path = tmp_path / "terms.txt"
    for content, said in ((b"# none\n", "holds no term"), (b"\xff", "is not UTF-8")):
        path.write_bytes(content)
        with pytest.raises(UsageError, match=said):
            read_terms(path)
    with pytest.raises(UsageError, match="cannot be read"):
        read_terms(tmp_path / "other.txt")
