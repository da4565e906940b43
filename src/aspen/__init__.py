"""Aspen: a local-first workspace for language models."""

__version__ = "0.1.0"
