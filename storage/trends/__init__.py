"""What rises, who leads, what is missing: counts of stories from the mentions, and the statistics that say how far to trust them."""
