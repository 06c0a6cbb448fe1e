"""Do two articles tell the same event? Records go in, a verdict with its marks comes out; `assign` alone knows the database.
Everything else here is pure.
"""
