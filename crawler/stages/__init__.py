"""The three stages of a page, each a pure function run in a killable child: FIND (an answer of a source → Links), READ (a Page
→ a Record), ADD (a Record → its Facts). They choose among spiders, parsers and analyzers, and know nothing of the network or
the store.
"""
