"""Runs on real records kept beside the checkout. Not part of `make bench`."""
