"""The nouns of Aspen: frozen values and the errors. No I/O, and no import of any other part."""
