"""How long and how much: every bound that a send keeps, in one value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WireLimits:
    """Times in seconds, sizes in bytes; `largest_response_bytes` counts after decompression.

    `stall_seconds` bounds each piece of the request on its way out, `first_byte_seconds` the wait for the head of the
    response, `idle_seconds` the wait between two of its pieces: models may think for minutes without a word. What an
    error status sends beyond `largest_error_bytes` is dropped. `greatest_ratio` bounds decompressed bytes for each
    compressed one, once a megabyte has come: text of a model stays far below it, a bomb does not.
    """

    connect_seconds: float = 15.0
    tls_seconds: float = 15.0
    stall_seconds: float = 60.0
    first_byte_seconds: float = 600.0
    idle_seconds: float = 300.0
    total_seconds: float = 3600.0
    largest_header_bytes: int = 64 << 10
    largest_response_bytes: int = 64 << 20
    largest_error_bytes: int = 64 << 10
    greatest_ratio: int = 100
