"""The links of a list page: what kind of answer it is, where each link stands, what it is called, and which of them are the
list of articles. It builds on `html` and is used by spiders and discovery.
"""
