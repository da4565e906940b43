"""Every performance claim of Aspen as a command. `python -m benchmarks` runs them all and prints one table.

Ratios only mean something within one run: each measurement interleaves the two things it compares and prints medians.
"""
