"""Whatever answers prompts: the contract and its implementations."""
