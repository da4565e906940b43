"""The practice provider: a stranger on this computer who echoes what reached it. Shows sending without a key."""
