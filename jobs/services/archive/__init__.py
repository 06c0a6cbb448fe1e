"""The archive: records, stories, facets, exports, and the move of it all to another database."""
