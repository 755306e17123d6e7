"""One micro-model written for several frameworks, to compare what a month of an agent costs in each.

`python -m tests.benchmarks.peers` measures and prints the table of docs/speed.md; `rules.py` states the micro-model.
"""
