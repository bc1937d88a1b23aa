"""Areas and their boundaries, datums, point → grid, vector tiles. Coordinates are CGCS2000 degrees."""
