"""Several programs on one database: who works there, who alone may edit or send, and what their fetchers know together."""
