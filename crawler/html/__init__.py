"""A page's bytes become one tree, its lines and regions, its metadata, and the text that is the article. What the parsers are
built of; it may know the nouns, dates, addresses and the normal form, and no site.
"""
