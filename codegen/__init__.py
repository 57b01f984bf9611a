"""codegen makes verified training data for code models."""
