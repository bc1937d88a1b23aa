"""Charts: frame and KPI in, figure out."""
