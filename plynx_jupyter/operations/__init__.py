"""How notebooks, functions and scripts become operations; reads code, never runs it."""
