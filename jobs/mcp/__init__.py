"""The archive for assistants: a server of the Model Context Protocol that answers and never changes, fetches or sends anything."""
