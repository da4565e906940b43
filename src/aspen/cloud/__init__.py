"""Answers elsewhere: a request in a provider's dialect, handed to the gate. Opens no socket and knows no key."""
