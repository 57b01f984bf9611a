"""Makes a language model of 0.6 million random weights, with a tokenizer and a chat template.

    python tiny.py FOLDER SOURCES

Runs in the environment of vLLM. The tokenizer is trained on the Python files below SOURCES, and
knows the marks around a thought, without which vLLM starts no reasoning parser.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

os.environ["HF_HUB_OFFLINE"] = "1"

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

PAD, BEGIN, END, ROLE = "<|pad|>", "<|begin|>", "<|end|>", "<|role|>"
SPECIAL = [PAD, BEGIN, END, ROLE, "<think>", "</think>"]
LENGTH = 2048
TEMPLATE = (
    "{{ bos_token }}"
    "{% for message in messages %}"
    "<|role|>{{ message.role }}\n{{ message.content }}{{ eos_token }}"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|role|>assistant\n{% endif %}"
)


def tokenizer(sources: Path) -> PreTrainedTokenizerFast:
    """Train a byte-level tokenizer of 2,048 tokens."""
    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
        special_tokens=SPECIAL,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    made.train(sorted(map(str, sources.rglob("*.py"))), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        bos_token=BEGIN,
        eos_token=END,
        pad_token=PAD,
        chat_template=TEMPLATE,
        model_max_length=LENGTH,
        clean_up_tokenization_spaces=False,
    )


def model(words: PreTrainedTokenizerFast) -> LlamaForCausalLM:
    """Draw the weights, always the same ones."""
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(words),
        hidden_size=128,
        intermediate_size=320,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=LENGTH,
        tie_word_embeddings=True,
        bos_token_id=words.bos_token_id,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    return LlamaForCausalLM(config).to(torch.bfloat16)


def main(folder: str, sources: str) -> None:
    """Write the model where vLLM can read it."""
    words = tokenizer(Path(sources))
    words.save_pretrained(folder)
    model(words).save_pretrained(folder)


if __name__ == "__main__":
    main(*sys.argv[1:])
