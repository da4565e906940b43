"""The page that exchanges a start key for a session; it needs no build."""
