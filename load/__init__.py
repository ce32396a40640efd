"""Load and measurements, with the same clients that the scenarios use."""
