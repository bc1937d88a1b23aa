"""Hot spots: where more happens than residents explain, now and over time."""

from geo.hotspots.emerging import CLASSES, EmergingHotSpots, emerging_hot_spots
from geo.hotspots.spots import HotSpots, hot_spots, sentence

__all__ = [
    "CLASSES",
    "EmergingHotSpots",
    "HotSpots",
    "emerging_hot_spots",
    "hot_spots",
    "sentence",
]
