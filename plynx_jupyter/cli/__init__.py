"""The command line, jupyter plynx."""
