"""The verifier as verl's custom reward function, loaded and called as verl itself does."""

import asyncio
import json

import numpy as np
import torch
from omegaconf import OmegaConf
from tensordict import TensorDict
from verl import DataProto
from verl.experimental.reward_loop.reward_manager.naive import NaiveRewardManager
from verl.trainer.ppo.reward import get_custom_reward_fn

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


def sample(answer):
    """Return an answer as verl's rollout gives it to the reward manager."""
    ids = torch.tensor([list(answer.encode())])
    told = {"ground_truth": json.dumps({"tests": TESTS})}
    return DataProto(
        batch=TensorDict({"responses": ids, "attention_mask": torch.ones_like(ids)}, [1]),
        non_tensor_batch={
            name: np.array([value], dtype=object)
            for name, value in (("data_source", "x"), ("reward_model", told), ("extra_info", {}))
        },
    )


async def main():
    """Score the answers side by side."""
    manager = NaiveRewardManager(CONFIG, Bytes(), get_custom_reward_fn(CONFIG))
    manager.loop = asyncio.get_running_loop()
    found = await asyncio.gather(*(manager.run_single(sample(one)) for one in ANSWERS))
    print("verl:", [(one["reward_score"], one["reward_extra_info"]["outcome"]) for one in found])
    assert [one["reward_score"] for one in found] == [1.0, 0.0, 0.0]
    assert found[2]["reward_extra_info"]["outcome"] == "tampered"


asyncio.run(main())
