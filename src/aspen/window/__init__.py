"""The window: a browser in an empty network of its own, which reaches Aspen's sockets and nobody else."""
