"""The gate's ledger: every send, refusal and download, written and flushed before it happens, chained by hashes."""
