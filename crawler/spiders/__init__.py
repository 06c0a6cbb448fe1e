"""Spiders FIND: the answer of a source becomes Links. One file a source type."""
