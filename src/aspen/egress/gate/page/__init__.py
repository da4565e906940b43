"""The gate's own small pages, on an origin of their own: where a person says yes in a browser, past the core."""
