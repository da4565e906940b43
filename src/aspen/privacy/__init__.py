"""How private is a request: joining the labels of everything in it. Decides nothing."""
