"""Grid map: tiles, values by area, cards, and what the page needs to begin."""
