"""The verifier as verl's custom reward function, and exported rows, read as verl itself does."""

import asyncio
import json
from pathlib import Path

import numpy as np
import torch
from omegaconf import OmegaConf
from tensordict import TensorDict
from tiny import codegen, rows_in, tokenizer_of
from verl import DataProto
from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
from verl.trainer.ppo.reward import get_custom_reward_fn
from verl.utils.dataset.multiturn_sft_dataset import MultiTurnSFTDataset
from verl.utils.dataset.rl_dataset import RLHFDataset

TESTS = "def test_double():\n    assert double(4) == 8\n"
ANSWERS = [
    "```python\ndef double(n):\n    return 2 * n\n```",
    "```python\ndef double(n):\n    return n * n\n```",
    "```python\nimport os\n\ndef double(n):\n    os._exit(0)\n```",
]
CONFIG = OmegaConf.create(
    {
        "reward": {
            "custom_reward_function": {
                "path": "pkg://codegen.integrations.verl",
                "name": "compute_score",
                "reward_kwargs": {"language": "python"},
            }
        }
    }
)


class Bytes:
    """A tokenizer of single bytes."""

    def decode(self, ids, **_):
        """Return the text of the ids."""
        return bytes(int(one) for one in ids).decode()


def sample(answer, told=None):
    """Return an answer as verl's rollout gives it to the reward manager."""
    ids = torch.tensor([list(answer.encode())])
    told = told or {"ground_truth": json.dumps({"tests": TESTS})}
    return DataProto(
        batch=TensorDict({"responses": ids, "attention_mask": torch.ones_like(ids)}, [1]),
        non_tensor_batch={
            name: np.array([value], dtype=object)
            for name, value in (("data_source", "x"), ("reward_model", told), ("extra_info", {}))
        },
    )


def exported():
    """Return the tasks of an exported run, as verl reads them, each with the accepted answer."""
    codegen(
        *("synthesize", "--langs", "py,js", "--target", 2, "--inputs", 6, "--sandbox", "local"),
        *("--out", "run"),
    )
    codegen("export", "run", "--format", "sft", "--out", "plain")
    codegen("export", "run", "--format", "rl,sft", "--out", "tables", "--file-type", "parquet")
    answers = {json.dumps(row["messages"][:-1]): row["messages"] for row in rows_in("plain/sft")}
    tokenizer = tokenizer_of([turn["content"] for row in answers.values() for turn in row])
    config = OmegaConf.create({"max_prompt_length": 4096, "max_length": 4096, "cache_dir": "cache"})
    tasks = RLHFDataset([str(one) for one in Path("tables/rl").iterdir()], tokenizer, config)
    chats = MultiTurnSFTDataset(
        [str(one) for one in Path("tables/sft").iterdir()], tokenizer, config
    )
    assert len(tasks) > 2
    assert len(chats) == len(answers)
    for one in range(len(chats)):
        learned = chats[one]["input_ids"][chats[one]["loss_mask"].bool()]
        assert tokenizer.decode(learned).startswith(chats.messages[one][-1]["content"][:20])
    rows = [tasks[number] for number in range(len(tasks))]
    return [
        (row["reward_model"], answers[json.dumps(row["raw_prompt"])][-1]["content"]) for row in rows
    ]


async def main():
    """Score the answers side by side."""
    manager = NaiveRewardManager(CONFIG, Bytes(), get_custom_reward_fn(CONFIG))
    manager.loop = asyncio.get_running_loop()
    found = await asyncio.gather(*(manager.run_single(sample(one)) for one in ANSWERS))
    print("verl:", [(one["reward_score"], one["reward_extra_info"]["outcome"]) for one in found])
    assert [one["reward_score"] for one in found] == [1.0, 0.0, 0.0]
    assert found[2]["reward_extra_info"]["outcome"] == "tampered"
    tasks = exported()
    told = [sample(answer, task) for task, answer in tasks]
    told += [sample(ANSWERS[0], task) for task, _ in tasks]
    scores = [one["reward_score"] for one in await asyncio.gather(*map(manager.run_single, told))]
    assert scores == [1.0] * len(tasks) + [0.0] * len(tasks), scores
    print("verl: exported tasks", len(tasks))


asyncio.run(main())
