"""config.yaml → a frozen `Config`, with every mistake named at its line; and edits of the file that keep all other bytes. It
knows the options of spiders and channels, never the running parts.
"""
