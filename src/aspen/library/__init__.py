"""Models on disk: Aspen's shelf, the stores of other applications read in place, assistants, and what could be fetched.

Nothing here opens a socket, starts a program, or writes outside Aspen's own folders.
"""
