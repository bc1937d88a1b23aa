"""What pages show, as figures and tables: answers of `warehouse.query` and rows of the marts."""
