"""Reads what others wrote, with libraries of others, in jailed processes that can neither call out nor open a file."""
