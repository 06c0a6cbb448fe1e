"""Rules on the archive: what they would have sent, and why a record matches or not."""
