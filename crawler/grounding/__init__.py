"""A model's reply held against the article's text: only what the text itself says becomes a fact. It may ask the analyzers and
the lexicon, and never a server.
"""
