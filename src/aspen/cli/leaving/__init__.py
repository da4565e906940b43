"""What a person decides about words that would leave: at the gate itself, past the core."""
