"""The types of artifacts: how each is made ready for code, stored, previewed and turned into values."""
