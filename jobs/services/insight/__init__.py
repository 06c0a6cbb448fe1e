"""What rises, who leads, what is missing: stories counted over time."""
