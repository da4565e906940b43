"""The part of sqlcipher3 0.6.4 that Aspen uses; the wheel ships no types."""
