"""Secrets of Aspen's own: one seam in front of the system keyring, or of a file where a person agreed to one."""
