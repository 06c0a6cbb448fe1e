"""Parsers READ: a Page becomes a Record. generic.py reads any page; a site that needs more has one file."""
