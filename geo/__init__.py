"""Areas and their boundaries, datums, point → grid, vector tiles; all in CGCS2000 degrees."""
