"""Download of the rows behind a number."""

from fastapi import FastAPI

from dashboards.context import Services


def register(server: FastAPI, services: Services) -> None:
    """Add the download's address to the server."""
