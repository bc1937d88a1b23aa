"""The generated sample county: deterministic by seed, with synthetic boundaries."""
