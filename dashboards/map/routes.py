"""Addresses the map draws from."""

from fastapi import FastAPI

from warehouse.published import PublishedStore
from warehouse.settings import Settings


def register(app: FastAPI, store: PublishedStore, settings: Settings) -> None:
    """Add the map's addresses to the server."""
