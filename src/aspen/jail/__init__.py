"""Run a program that can reach only what it was given; seal the process one is in; prove either."""
