"""Native tests: made from cases in every language's own form, or written by a model and proven."""
