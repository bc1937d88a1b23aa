"""From a department's file to landed rows: contracts, sources, readers, checks, batches."""
