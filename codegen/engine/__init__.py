"""Where a run happens: this process, or a Ray cluster. What is made is the same in both."""
