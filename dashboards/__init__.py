"""The pages: Dash on FastAPI, asking `warehouse.query` for every number."""
