"""The Python interface: Client, Graph, Operation, File."""
