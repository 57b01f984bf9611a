from __future__ import annotations

import email.utils
import json
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen.errors import UsageError
from codegen.model import wire
from codegen.model.address import base_url
from codegen.records import Usage

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "choices",
                    "message",
                    "content",
                    "finish_reason",
                    "usage",
                    "prompt_tokens",
                    "reasoning",
                    "error",
                    "data",
                    "id",
                    "root",
                    "max_model_len",
                    "detail",
                ]
            )
            | st.text(),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)
BODIES = st.binary() | JSON.map(lambda value: json.dumps(value).encode())


@given(data=BODIES, n=st.integers(1, 4))
@example(data=b'{"choices": [{"message": {"content": 1}}]}', n=1)
@example(data=b'{"choices": {"0": 1}}', n=1)
@example(data=b"[" * 100_000, n=1)
def test_reads_any_answer(data: bytes, n: int) -> None:
    found = wire.replies(data, n)
    if isinstance(found, wire.Failure):
        assert found.kind is wire.Kind.DOUBTFUL and found.reason
    else:
        assert 1 <= len(found) <= n
        assert all(reply.text.encode() is not None for reply in found)


@given(data=BODIES)
def test_reads_any_list_of_models(data: bytes) -> None:
    assert all(
        model.id.encode() is not None and model.root for model in wire.models(data) if model.id
    )


@given(status=st.integers(201, 999), text=st.text(st.characters()) | BODIES.map(repr))
def test_reads_any_refusal(status: int, text: str) -> None:
    failure = wire.refused(status, {}, text)
    assert failure.status == status and len(failure.reason) < 400
    assert "\n" not in failure.reason
    failure.reason.encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        *((status, "hopeless") for status in (302, 401, 403, 404)),
        *((status, "refused") for status in (400, 413, 422)),
        *((status, "later") for status in (408, 429, 502, 503, 504)),
        *((status, "doubtful") for status in (500, 520)),
    ],
)
def test_knows_what_a_repetition_can_mend(status: int, kind: str) -> None:
    assert wire.refused(status, {}, "").kind == kind
    exhausted = '{"error": {"code": "insufficient_quota", "message": "pay"}}'
    assert wire.refused(429, {}, exhausted).kind == "hopeless"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "too\nlong"}},
        {"message": "too long"},
        {"detail": "too long"},
        {"error": "too long"},
    ],
)
def test_takes_the_message_out_of_an_error(body: Any) -> None:
    assert wire.refused(400, {}, json.dumps(body)).reason == "400 Bad Request: too long"


@given(value=st.text())
@example(value="nan")
@example(value="1e999")
@example(value="-5")
def test_reads_any_retry_after(value: str) -> None:
    found = wire.retry_after(value)
    assert found is None or found >= 0


@pytest.mark.parametrize(
    ("usage", "reasoning", "counted"),
    [
        ({"prompt_tokens": 9, "completion_tokens": 6}, "", (9, 6, 0, 0)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 4}}, "", (9, 0, 4, 0)),
        ({"prompt_tokens": 9, "prompt_tokens_details": {"cached_tokens": 40}}, "", (9, 0, 9, 0)),
        ({"prompt_tokens": 9, "prompt_tokens_details": None}, "", (9, 0, 0, 0)),
        (
            {"completion_tokens": 9, "completion_tokens_details": {"reasoning_tokens": 5}},
            "so far, so long",
            (0, 9, 0, 5),
        ),
        # vLLM counts both together: three quarters of the characters are thoughts
        ({"completion_tokens": 8}, "abcdefghijkl", (0, 8, 0, 6)),
    ],
)
def test_tells_cached_and_reasoned_tokens_from_the_others(
    usage: Any, reasoning: str, counted: tuple[int, ...]
) -> None:
    message = {"role": "assistant", "content": "text", "reasoning": reasoning}
    answer = {"choices": [{"message": message, "finish_reason": "stop"}], "usage": usage}
    found = wire.replies(json.dumps(answer).encode(), 1)
    assert not isinstance(found, wire.Failure)
    assert found[0].usage == Usage(1, *counted)


def test_reads_a_retry_after_that_is_a_date() -> None:
    found = wire.retry_after(email.utils.formatdate(time.time() + 30, usegmt=True))
    assert found is not None and 28 <= found <= 30


@given(text=st.text() | st.text().map(lambda rest: f"http://{rest}"))
@example(text="http://[::1")
@example(text="http://host:port")
@example(text="https://generativelanguage.example/v1beta/openai/")
def test_a_base_url_is_refused_or_brought_into_one_form(text: str) -> None:
    try:
        url = base_url(text)
    except UsageError:
        return
    assert url.startswith(("http://", "https://")) and not url.endswith("/")
    assert base_url(url) == base_url(url + "/") == url


def test_a_base_url_that_names_a_version_is_left_alone() -> None:
    assert base_url("https://host/v1beta/openai/") == "https://host/v1beta/openai"
    assert base_url("https://host/api/v4") == "https://host/api/v4"
    assert base_url("https://host/replica-a") == "https://host/replica-a/v1"
