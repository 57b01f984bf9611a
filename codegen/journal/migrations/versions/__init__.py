"""One module for each step; `revision` and `down_revision` say in which order."""
