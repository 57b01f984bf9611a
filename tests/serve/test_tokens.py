"""Tokens: where they come from, how they are shown, that they are not."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from codegen.errors import UsageError
from codegen.serve.tokens import Tokens, find_tokens

ONE, TWO = "0123456789abcdef", "another-token-of-length"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokens"
    path.write_text(f"{ONE}\n{TWO}\n")
    path.chmod(0o600)
    return path


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


def test_tokens_of_a_file_are_known_by_their_line(file: Path) -> None:
    tokens = find_tokens(file, {})
    assert (tokens.known(f"Bearer {ONE}"), tokens.known(f"bearer  {TWO} ")) == (0, 1)


@pytest.mark.parametrize(
    "shown",
    [
        "",
        ONE,
        "Bearer",
        "Bearer ",
        f"Bearer {ONE[:-1]}",
        f"Bearer {ONE}x",
        "Basic !",
        f"Digest {ONE}",
    ],
)
def test_whatever_else_is_shown_is_not_known(file: Path, shown: str) -> None:
    assert find_tokens(file, {}).known(shown) is None


def test_a_token_may_be_the_password_of_basic_authentication() -> None:
    tokens = Tokens((ONE,))
    assert tokens.known(basic(f"anyone:{ONE}")) == 0
    assert tokens.known(basic(f"{ONE}:")) is None
    assert tokens.known(basic(ONE)) is None


def test_without_a_file_the_environment_is_asked() -> None:
    assert find_tokens(None, {"CODEGEN_SERVE_TOKEN": ONE}).known(f"Bearer {ONE}") == 0
    assert len(find_tokens(None, {})) == 0


def test_a_token_is_not_shown(file: Path) -> None:
    tokens = find_tokens(file, {})
    assert ONE not in repr(tokens)
    held = [getattr(tokens, name) for name in tokens.__slots__]
    assert ONE not in repr(held)


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        (ONE, 0o644, "can be read by others"),
        ("", 0o600, "empty"),
        ("short", 0o600, "too short"),
        ("ä" * 20, 0o600, "ASCII"),
    ],
)
def test_a_file_that_does_not_do_is_refused(
    tmp_path: Path, text: str, mode: int, said: str
) -> None:
    path = tmp_path / "tokens"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    with pytest.raises(UsageError, match=said):
        find_tokens(path, {})


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing"):
        find_tokens(tmp_path / "nothing", {})
