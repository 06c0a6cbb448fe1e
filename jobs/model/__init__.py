"""The path through a model, where the user has one: ask about a stored record, keep what its text proves. Never before an alert."""
