"""Isolated execution: the contract, and the two ways to keep it (`docker`, `local`)."""
