"""What analyzers share: the lexicon of known terms, a text read once (`document`), Chinese words, phrases, headlines, the
language. Text goes in, places and values come out; it knows only the normal form.
"""
