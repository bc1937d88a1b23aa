"""Grid map: tiles, values and cards."""
