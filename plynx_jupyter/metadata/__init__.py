"""Records (graphs, operations, runs and their events, cache entries); no bytes of artifacts."""
