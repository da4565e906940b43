"""Answers on this machine: the engine child, its client, GGUF headers, hardware fit."""
