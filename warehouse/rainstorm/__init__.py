"""Rainstorms: what the gauges say, the warning colours, and the households to move, at any time."""

from warehouse.rainstorm.replay import RainState, hourly, replay, state_at, storms

__all__ = ["RainState", "hourly", "replay", "state_at", "storms"]
