"""Analyzers ADD: a Record's text becomes Facts, each with the place that proves it. One file a question."""
