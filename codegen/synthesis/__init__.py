"""From seeds to examples: problems, test inputs, solutions, repair, agreement."""
