"""The conversation at the terminal: `aspen chat`, and `aspen run` without a prompt."""
