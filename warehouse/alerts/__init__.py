"""Early alerts: more cases than were to be expected, found by day, with a life kept as records."""
