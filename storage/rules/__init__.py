"""The language of rules, searches and trials: text → tree → hit or not, with the places that say so. Pure, and imports nothing
else of storage.
"""
