"""From runs to a dataset: what is kept, what is dropped and why."""
