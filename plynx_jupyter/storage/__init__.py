"""Bytes of artifacts, addressed by their content; knows nothing of graphs or records."""
