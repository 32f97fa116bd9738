"""Handlers, one module for each noun of the REST contract."""
