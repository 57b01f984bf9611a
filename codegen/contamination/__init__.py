"""What benchmarks ask, and whether a dataset answers it: by words, by code, or by what it does."""
