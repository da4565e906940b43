"""Start, restart and connect the processes. Holds no data and no keys."""
