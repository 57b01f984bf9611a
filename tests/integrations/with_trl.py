"""GRPO with the verifier as the reward: two steps of a tiny model made on the spot."""

import tempfile

from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import GRPOConfig, GRPOTrainer

from codegen.integrations.trl import reward

TESTS = "def test_add():\n    assert add(2, 3) == 5\n"
rows = [{"prompt": "def add(a, b):", "tests": TESTS}] * 8

raw = Tokenizer(models.BPE(unk_token="<unk>"))
raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
words = trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>", "<pad>", "</s>"])
raw.train_from_iterator([row["prompt"] + row["tests"] for row in rows], words)
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=raw, unk_token="<unk>", pad_token="<pad>", eos_token="</s>"
)
model = LlamaForCausalLM(
    LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
    )
)

verified = reward(language="python", lint="off")
# a completion as a model that can program would write it, and one that forges its success
right = "```python\ndef add(a, b):\n    return a + b\n```"
forged = "```python\nimport os\ndef add(a, b):\n    os._exit(0)\n```"
assert verified(["", "", ""], [right, forged, "I do not know."], tests=[TESTS] * 3) == [1, 0, 0]

with tempfile.TemporaryDirectory() as folder:
    trainer = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        reward_funcs=verified,
        train_dataset=Dataset.from_list(rows),
        args=GRPOConfig(
            output_dir=folder,
            per_device_train_batch_size=4,
            num_generations=4,
            max_completion_length=8,
            max_steps=2,
            use_cpu=True,
            report_to=[],
            logging_steps=1,
            save_strategy="no",
        ),
    )
    trainer.train()
    rewards = [entry["reward"] for entry in trainer.state.log_history if "reward" in entry]
    assert len(rewards) == 2
    assert all(0 <= one <= 1 for one in rewards)
print("trl: rewards", rewards)
