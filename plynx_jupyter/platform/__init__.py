"""The platform file: which kinds of graphs, operations and artifacts there are, and where operations are found."""
