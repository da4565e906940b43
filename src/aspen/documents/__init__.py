"""Files to passages, and a question to the few passages that matter, each with its true place. Starts no process."""
