"""Asking databases and HTTP services for what is new, in batches that land once each."""

from etl.extraction.run import load_live

__all__ = ["load_live"]
