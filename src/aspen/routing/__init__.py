"""Where a request may and should go. Pure decisions, no I/O."""
