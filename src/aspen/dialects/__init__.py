"""Wire formats in both directions, as pure functions. No I/O."""
