"""The generated sample county: Liuyang's public names and codes, everything else invented."""
