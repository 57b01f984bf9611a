"""Every exported format, loaded by datasets and trained on by TRL: two steps of a tiny model each.

The examples are those of a real run of the builtin teacher; tokenizer and model are made here.
"""

import json
import math
from pathlib import Path

from datasets import load_dataset
from tiny import codegen, rows_in, tokenizer_of
from transformers import Qwen2Config, Qwen2ForCausalLM, Qwen2ForSequenceClassification
from trl import (
    DPOConfig,
    DPOTrainer,
    GRPOConfig,
    GRPOTrainer,
    KTOConfig,
    KTOTrainer,
    RewardConfig,
    RewardTrainer,
    SFTConfig,
    SFTTrainer,
)

from codegen.export.formats import NAMES
from codegen.integrations.trl import reward

STEPS = {
    "output_dir": "out",
    "max_steps": 2,
    "per_device_train_batch_size": 2,
    "use_cpu": True,
    "bf16": False,
    "gradient_checkpointing": False,
    "report_to": [],
    "logging_steps": 1,
    "save_strategy": "no",
}


def config(**more):
    """Return a model that is as small as one can be."""
    return Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        pad_token_id=tokenizer.pad_token_id,
        eos_token_id=tokenizer.eos_token_id,
        **more,
    )


def trained(trainer):
    """Train, and return the losses."""
    trainer.train()
    losses = [one["loss"] for one in trainer.state.log_history if "loss" in one]
    assert len(losses) == 2, trainer.state.log_history
    assert all(map(math.isfinite, losses)), losses
    return losses


codegen(
    *("synthesize", "--langs", "py,js", "--target", 4, "--mistakes", 0.7, "--inputs", 6),
    *("--sandbox", "local", "--out", "run"),
)
codegen("export", "run", "--format", ",".join(NAMES), "--out", "plain")
tokenizer = tokenizer_of([row["text"] for row in rows_in("plain/pretrain")])
styles = ["fim", "graded-pairs", "prompt-completion"]
codegen(
    *("export", "run", "--format", ",".join(NAMES), "--out", "tables", "--file-type", "parquet"),
    *(word for style in styles for word in ("--style", style)),
    *("--tokenizer", "tokenizer", "--token-ids", "--fim-tokens", "qwen", "--shard-rows", 5),
)

data = {}
for folder in ("plain", "tables"):
    manifest = json.loads(Path(folder, "manifest.json").read_text("utf-8"))
    for name, told in manifest["formats"].items():
        found = load_dataset(folder, name, split="train")
        assert found.column_names == list(told["columns"]), (name, found.column_names)
        assert len(found) == told["rows"]["train"] > 0
        alone = load_dataset(f"{folder}/{name}", split="train")
        assert alone[0] == found[0], name
        data[folder, name] = found

# the reader caches by the folder's name: other rows in it must not be taken for these
codegen("export", "run", "--format", "sft", "--where", "kind=tests", "--out", "plain", "--force")
assert set(load_dataset("plain", "sft", split="train")["kind"]) == {"tests"}
codegen("export", "run", "--format", "pretrain", "--out", "documents")

real = [json.dumps({"content": f"# a person wrote this, {n}"}) for n in range(30)]
Path("real.jsonl").write_text("\n".join(real), encoding="utf-8")
Path("mix.toml").write_text(
    """
    columns = ["text"]
    subsets = [25, 50]
    [[sources]]
    name = "ours"
    path = "documents/pretrain"
    share = 0.4
    [[sources]]
    name = "real"
    path = "real.jsonl"
    made_by = "people"
    share = 0.6
    columns = { text = "content" }
    """,
    encoding="utf-8",
)
codegen("mix", "mix.toml", "--out", "mixed", "--file-type", "parquet")
quarter, whole = (load_dataset("mixed", one, split="train") for one in ("25", "100"))
assert 0 < len(quarter) < len(whole)
assert set(quarter["id"]) < set(whole["id"])
assert load_dataset("mixed", split="train")["id"] == whole["id"]

sft = {"max_length": 1024}
losses = {}
for label, rows in {
    "sft messages": data["plain", "sft"].select_columns(["messages"]),
    "sft prompt-completion": data["tables", "sft"].select_columns(["prompt", "completion"]),
    "pretrain": data["plain", "pretrain"].select_columns(["text"]),
    "pretrain fim": data["tables", "pretrain"].select_columns(["text"]),
}.items():
    losses[label] = trained(
        SFTTrainer(
            model=Qwen2ForCausalLM(config()),
            args=SFTConfig(**STEPS, **sft),
            train_dataset=rows,
            processing_class=tokenizer,
        )
    )

masked = data["tables", "conversation"]
trainer = SFTTrainer(
    model=Qwen2ForCausalLM(config()),
    args=SFTConfig(**STEPS, max_length=None),
    train_dataset=masked.select_columns(["input_ids", "assistant_masks"]),
    processing_class=tokenizer,
)
learned = [sum(one != -100 for one in row["labels"]) for row in trainer.train_dataset]
assert learned == [sum(row["assistant_masks"]) for row in masked]
assert all(0 < one < len(row["input_ids"]) for one, row in zip(learned, masked, strict=True))
losses["conversation"] = trained(trainer)

losses["dpo"] = trained(
    DPOTrainer(
        model=Qwen2ForCausalLM(config()),
        ref_model=Qwen2ForCausalLM(config()),
        args=DPOConfig(**STEPS, **sft),
        train_dataset=data["plain", "preference"],
        processing_class=tokenizer,
    )
)
losses["kto"] = trained(
    KTOTrainer(
        model=Qwen2ForCausalLM(config()),
        ref_model=Qwen2ForCausalLM(config()),
        args=KTOConfig(**STEPS, **sft),
        train_dataset=data["plain", "unpaired"],
        processing_class=tokenizer,
    )
)
for folder, name in (("plain", "preference"), ("tables", "reward")):
    losses[f"reward, {name}"] = trained(
        RewardTrainer(
            model=Qwen2ForSequenceClassification(config(num_labels=1)),
            args=RewardConfig(**STEPS, **sft),
            train_dataset=data[folder, name],
            processing_class=tokenizer,
        )
    )

tasks = data["tables", "rl"]
verified = reward(lint="off", partial=True)
answers = {
    json.dumps(row["messages"][:-1]): row["messages"][-1]["content"] for row in data["plain", "sft"]
}
right = [answers[json.dumps(row["prompt"])] for row in tasks]
columns = {name: list(tasks[name]) for name in tasks.column_names if name != "prompt"}
assert verified(tasks["prompt"], right, **columns) == [1.0] * len(right)
trainer = GRPOTrainer(
    model=Qwen2ForCausalLM(config()),
    processing_class=tokenizer,
    reward_funcs=verified,
    train_dataset=tasks,
    args=GRPOConfig(
        **{**STEPS, "per_device_train_batch_size": 4}, num_generations=4, max_completion_length=8
    ),
)
losses["grpo"] = trained(trainer)
print("export:", {name: [round(one, 3) for one in found] for name, found in losses.items()})
