"""A watched source becomes Records. Knows no database and no clock."""
