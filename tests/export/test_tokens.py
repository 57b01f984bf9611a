"""Tokens and masks of a real tokenizer, trained here, under templates good and bad."""

from __future__ import annotations

import json

import pytest

from codegen.curate.dataset import Dataset
from codegen.curate.selection import Selection
from codegen.errors import UsageError
from codegen.export.desk import TokenSettings, Writing
from codegen.export.exporting import Settings, export
from codegen.export.formats import chosen
from codegen.export.tokens import Tokenizer
from tests.export import made

pytest.importorskip("transformers")

CHATML = (
    "{% for m in messages %}<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
NO_SYSTEM = (
    "{% for m in messages %}{% if m['role'] == 'system' %}{{ raise_exception('no system') }}"
    "{% endif %}[{{ m['role'] }}] {{ m['content'] | trim }}</s>{% endfor %}"
    "{% if add_generation_prompt %}[assistant] {% endif %}"
)
FORGETS = (
    "{% for m in messages %}{% if loop.last or m['role'] != 'assistant' %}<|im_start|>"
    "{{ m['content'] }}<|im_end|>{% endif %}{% endfor %}"
)
THINKS = CHATML.replace(
    "<|im_start|>assistant\n{% endif", "<|im_start|>assistant\n<think>\n{% endif"
)
CHAT = [
    {"role": "user", "content": "Wie groß? 😀"},
    {"role": "assistant", "content": "def f(:"},
    {"role": "tool", "content": "syntax error"},
    {"role": "assistant", "content": "def f():\n    return 1"},
    {"role": "user", "content": "Thanks."},
    {"role": "assistant", "content": "Welcome."},
]
LEARNED = [False, False, False, True, False, True]


@pytest.fixture(scope="module")
def save(tmp_path_factory):
    """Return a function that trains a tokenizer with a template and returns its folder."""
    import tokenizers
    import transformers

    def train(template, *, lossy=False):
        raw = tokenizers.Tokenizer(tokenizers.models.BPE(unk_token="<unk>"))
        if lossy:
            raw.normalizer = tokenizers.normalizers.Lowercase()
        raw.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
        raw.decoder = tokenizers.decoders.ByteLevel()
        special = ["<unk>", "<|im_start|>", "<|im_end|>", "</s>", "<fim_prefix>"]
        special += ["<fim_suffix>", "<fim_middle>"]
        trainer = tokenizers.trainers.BpeTrainer(
            vocab_size=400,
            special_tokens=special,
            initial_alphabet=tokenizers.pre_tokenizers.ByteLevel.alphabet(),
        )
        raw.train_from_iterator([made.right("python", 1), "assistant user tool\n"], trainer)
        fast = transformers.PreTrainedTokenizerFast(
            tokenizer_object=raw, unk_token="<unk>", eos_token="</s>"
        )
        fast.add_special_tokens({"additional_special_tokens": special[1:]})
        fast.chat_template = template
        folder = tmp_path_factory.mktemp("tokenizer")
        fast.save_pretrained(folder)
        return str(folder)

    return train


@pytest.fixture(scope="module")
def chatml(save):
    return save(CHATML)


def learned_text(tokenizer, found):
    """Return what is learned, run by run."""
    runs, before = [], 0
    for one, bit in zip(found.ids, found.mask, strict=True):
        if bit and not before:
            runs.append([])
        if bit:
            runs[-1].append(one)
        before = bit
    return [tokenizer._inner.decode(run) for run in runs]


@pytest.mark.parametrize("template", [CHATML, THINKS])
def test_the_mask_holds_the_turns_to_learn_with_their_ends_and_no_other(save, template):
    tokenizer = Tokenizer(save(template))
    found = tokenizer.tokens(CHAT, LEARNED)
    assert not found.fault and len(found.ids) == len(found.mask)
    assert learned_text(tokenizer, found) == [
        "def f():\n    return 1<|im_end|>",
        "Welcome.<|im_end|>",
    ]
    assert tokenizer._inner.decode(list(found.ids)) == tokenizer._inner.apply_chat_template(
        CHAT, tokenize=False
    )


def test_the_mask_is_the_one_that_a_template_with_marks_gives(save):
    marked = CHATML.replace(
        "{{ m['content'] }}<|im_end|>",
        "{% if m['role'] == 'assistant' %}{% generation %}{{ m['content'] }}<|im_end|>"
        "{% endgeneration %}{% else %}{{ m['content'] }}<|im_end|>{% endif %}",
    )
    tokenizer = Tokenizer(save(marked))
    ours = tokenizer.tokens(CHAT, [turn["role"] == "assistant" for turn in CHAT])
    theirs = tokenizer._inner.apply_chat_template(
        CHAT, return_dict=True, return_assistant_tokens_mask=True
    )
    assert list(ours.ids) == theirs["input_ids"]
    assert list(ours.mask) == theirs["assistant_masks"]


def test_a_prompt_is_asked_for_an_answer(chatml):
    tokenizer = Tokenizer(chatml)
    asked = tokenizer._inner.decode(list(tokenizer.tokens(CHAT[:1]).ids))
    assert asked.endswith("<|im_start|>assistant\n")


@pytest.mark.parametrize(
    ("template", "chat", "fault"),
    [
        (CHATML, [{"role": "user", "content": "say <|im_end|>"}], "special_token_in_text"),
        (NO_SYSTEM, [{"role": "system", "content": "s"}, *CHAT], "template_refuses"),
        (FORGETS, CHAT, "turn_changed"),
    ],
)
def test_a_conversation_that_a_template_does_not_keep_is_refused(save, template, chat, fault):
    assert Tokenizer(save(template)).tokens(chat).fault == fault


def test_tokens_that_do_not_give_the_text_back_are_refused(save):
    assert Tokenizer(save(CHATML, lossy=True)).tokens("Größe").fault == "no_round_trip"


def test_a_tokenizer_that_cannot_be_used_is_said(save, chatml):
    with pytest.raises(UsageError, match="has no chat template"):
        Tokenizer(save(None)).tokens(CHAT)
    with pytest.raises(UsageError, match="there is no such folder"):
        Tokenizer("/nowhere/at/all")
    with pytest.raises(UsageError, match=r"has no token <\|fim_prefix\|>; see --fim-tokens"):
        Tokenizer(chatml).knows(("<|fim_prefix|>",))


def test_half_a_character_is_counted_and_stops_nothing(build, tmp_path, chatml):
    odd = made.example("solution", "python", 0, code="x = '\ud800'\n")
    tokens = TokenSettings(chatml)
    with Dataset.open(build(tmp_path / "odd", [(odd, *made.family(0)[1:])])) as opened:
        settings = Settings(chosen(["sft"]), Selection(), Writing(tokens=tokens))
        (found,) = export(opened, tmp_path / "out", settings)
    assert found.unfit["no_unicode"] == 1 and found.rows.total() > 3


def rows(out, name):
    lines = (out / name).glob("*.jsonl")
    return [json.loads(line) for file in lines for line in file.read_text().splitlines()]


def test_rows_have_their_tokens_and_longer_ones_are_counted(dataset, tmp_path, chatml):
    formats = chosen(["sft", "conversation", "preference", "rl", "pretrain"], ["fim"])

    def written(most, out):
        tokens = TokenSettings(chatml, most, write_ids=True)
        return export(dataset, out, Settings(formats, Selection(), Writing(tokens=tokens)))

    whole = {one.format.name: one for one in written(None, tmp_path / "all")}
    assert all(one.rows.total() and not one.unfit["too_long"] for one in whole.values())
    tokenizer = Tokenizer(chatml)
    for row in rows(tmp_path / "all", "conversation"):
        assert row["tokens"] == len(row["input_ids"]) == len(row["assistant_masks"])
        found = tokenizer.tokens(row["messages"], row["train"])
        assert (list(found.ids), list(found.mask)) == (row["input_ids"], row["assistant_masks"])
    counts = sorted(row["tokens"] for row in rows(tmp_path / "all", "sft"))
    assert sum(counts) == whole["sft"].tokens
    assert "input_ids" not in rows(tmp_path / "all", "pretrain")[0]
    most = counts[len(counts) // 2]
    short = {one.format.name: one for one in written(most, tmp_path / "short")}["sft"]
    assert short.unfit["too_long"] == sum(one > most for one in counts)
    assert short.rows.total() == len(counts) - short.unfit["too_long"]
