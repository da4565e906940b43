"""The gate's process: judges what would leave, has it recorded, sends it, and answers to persons alone."""
