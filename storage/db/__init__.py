"""The database itself: engine, tables, migrations, the one writer thread, the lock of the daemon, errors in words for a person,
and named failpoints. All other rooms of storage stand on it; it knows none of them.
"""
