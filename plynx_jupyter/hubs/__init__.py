"""Hubs: the places where operations are found."""
