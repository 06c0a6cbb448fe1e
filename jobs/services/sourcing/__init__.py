"""Sources: found, tried, taken from the catalogue, from another program, or by the guide of the first hour."""
