"""Use cases on top of the rooms below, reached through their interfaces only."""
