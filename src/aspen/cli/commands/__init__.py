"""The commands: each reads its options, sends one verb to the service and prints the result."""
