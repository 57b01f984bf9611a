"""What a model's tokenizer makes of a row: how many tokens, and whether they say the same.

A conversation goes through the tokenizer's own chat template, and is refused where

    a turn holds one of the tokenizer's special tokens as text       special_token_in_text
    the template refuses its roles or their order                    template_refuses
    the template leaves a turn's text out, or changes it             turn_changed
    decoding the tokens does not give the text back                  no_round_trip
    a token reaches over the edge of a turn that is to be learned    turn_boundary

The mask has 1 on the tokens of the turns to learn, the mark of their end among them, and 0
elsewhere.

Not here: what a row's conversations are (`codegen.export.formats`).
"""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.errors import UsageError
from codegen.export.format import Chat, Reading

SPECIAL_TOKEN = "special_token_in_text"  # noqa: S105 - a reason, no secret
TEMPLATE_REFUSES = "template_refuses"
TURN_CHANGED = "turn_changed"
NO_ROUND_TRIP = "no_round_trip"
TURN_BOUNDARY = "turn_boundary"


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of one reading; `mask` has one value for each where turns are learned.

    `fault` says why they are of no use, and is empty where they are.
    """

    ids: tuple[int, ...] = ()
    mask: tuple[int, ...] = ()
    fault: str = ""


class Tokenizer:
    """A tokenizer of transformers with its chat template."""

    def __init__(self, name: str) -> None:
        """Load it by a folder's path or a name that transformers knows.

        Raises:
            UsageError: transformers is not installed, there is no such tokenizer, or it cannot say
                where in the text a token is.
        """
        self.name = name
        self._inner = _loaded(name)
        added = getattr(self._inner, "added_tokens_decoder", {}).values()
        special = {str(one) for one in added if getattr(one, "special", False)}
        self._special = sorted(special | set(map(str, self._inner.all_special_tokens)))

    def knows(self, marks: Iterable[str]) -> None:
        """Check that marks are tokens of their own.

        Raises:
            UsageError: one of them is not; names it.
        """
        words = self._inner.get_vocab()
        for mark in marks:
            if mark not in words and f"\u2581{mark}" not in words:
                raise UsageError(f"tokenizer {self.name} has no token {mark}; see --fim-tokens")

    def tokens(
        self, reading: Reading, learned: Sequence[bool] = (), marks: Collection[str] = ()
    ) -> Tokens:
        """Return the tokens of a text or a conversation, with a mask where turns are `learned`.

        `marks` are special tokens that a text may hold.

        Raises:
            UsageError: it is a conversation and the tokenizer has no chat template.
        """
        if isinstance(reading, str):
            bare = functools.reduce(lambda text, mark: text.replace(mark, ""), marks, reading)
            return _SPECIAL if self._holds_special(bare) else self._encoded(reading)
        if not self._inner.chat_template:
            raise UsageError(
                f"tokenizer {self.name} has no chat template; give one that has (a chat model's)"
            )
        if any(self._holds_special(turn["content"]) for turn in reading):
            return _SPECIAL
        try:
            return self._chat(reading, learned)
        except _Changed as changed:
            return Tokens(fault=str(changed))

    def _chat(self, chat: Chat, learned: Sequence[bool]) -> Tokens:
        text = self._rendered(chat, asks=chat[-1]["role"] != "assistant")
        at = 0
        for turn in chat:
            content = turn["content"].strip()
            found = text.find(content, at)
            if found < 0:
                raise _Changed(TURN_CHANGED)
            at = found + len(content)
        spans = [self._span(chat, number, text) for number, one in enumerate(learned) if one]
        return self._encoded(text, spans, masked=bool(learned))

    def _span(self, chat: Chat, number: int, text: str) -> tuple[int, int]:
        """Return where a turn's own text begins and ends: what a model writes when it is asked."""
        before = self._rendered(chat[:number], asks=False) if number else ""
        asked = self._rendered(chat[:number], asks=True) if number else ""
        whole = self._rendered(chat[: number + 1], asks=False)
        if not (text.startswith(whole.rstrip()) and whole.startswith(before)):
            raise _Changed(TURN_BOUNDARY)
        begin = len(asked)
        if not whole.startswith(asked):
            # a template that opens an answer otherwise than a finished one stands there
            begin = text.index(chat[number]["content"].strip(), len(before))
        return begin, len(whole.rstrip())

    def _rendered(self, chat: Chat, *, asks: bool) -> str:
        try:
            made = self._inner.apply_chat_template(
                [dict(turn) for turn in chat], tokenize=False, add_generation_prompt=asks
            )
        except Exception as error:  # the template is anybody's program
            raise _Changed(TEMPLATE_REFUSES) from error
        return str(made)

    def _encoded(
        self, text: str, spans: Sequence[tuple[int, int]] = (), *, masked: bool = False
    ) -> Tokens:
        made = self._inner(text, add_special_tokens=False, return_offsets_mapping=True)
        ids = tuple(made["input_ids"])
        back = self._inner.decode(
            list(ids), skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        if back != text:
            return Tokens(fault=NO_ROUND_TRIP)
        places = [(int(a), int(b)) for a, b in made["offset_mapping"]]
        if any(a < edge < b for a, b in places for span in spans for edge in span):
            return Tokens(fault=TURN_BOUNDARY)
        mask = tuple(int(any(x <= a < b <= y for x, y in spans)) for a, b in places)
        return Tokens(ids, mask if masked else ())

    def _holds_special(self, text: str) -> bool:
        return any(one in text for one in self._special)


class _Changed(Exception):  # noqa: N818 - it ends one reading, and is no failure of ours
    """A conversation that the template does not leave as it is."""


_SPECIAL = Tokens(fault=SPECIAL_TOKEN)


def _loaded(name: str) -> Any:
    os.environ.setdefault("TRANSFORMERS_NO_ADVISORY_WARNINGS", "1")  # it wants no model here
    try:
        transformers = importlib.import_module("transformers")
    except ImportError as error:
        raise UsageError(
            "--tokenizer needs transformers; install `codegen-forge[tokenizer]`"
        ) from error
    if Path(name).is_absolute() and not Path(name).is_dir():
        raise UsageError(f"tokenizer {name}: there is no such folder")
    try:
        found = transformers.AutoTokenizer.from_pretrained(name)
    except Exception as error:
        said = str(error).strip().partition("\n")[0]
        raise UsageError(f"tokenizer {name} cannot be loaded: {said}") from error
    if not found.is_fast:
        raise UsageError(f"tokenizer {name} does not say where its tokens are; give a fast one")
    return found
