"""Records, alerts and sources in formats that others read: JSON, CSV, Markdown, the text layout, Atom, JSON Feed, OPML. Values
in, text out, and back.
"""
