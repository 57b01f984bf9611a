"""Datasets as views of the journal."""
