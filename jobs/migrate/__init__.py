"""What other systems keep in files, read as our sources and rules: one file a system, each with a pure `read`.

Files come in, a `Moved` goes out: sources, rules without channels, and a remark with its line for whatever has no counterpart here or
means a little else. What becomes of it is decided in `jobs/services/first_hour/migrate.py`.
"""
