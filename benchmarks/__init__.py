"""Measurements, side by side with their reference in one run; ``python -m benchmarks`` writes results.md."""
