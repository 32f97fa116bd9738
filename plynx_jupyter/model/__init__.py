"""The nouns everything else speaks of: frozen values on the standard library alone, no behaviour, no I/O."""
