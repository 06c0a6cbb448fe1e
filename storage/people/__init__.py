"""People: who they are and how they come in (accounts), what they have read, starred, noted and handed over (marks), the lists they read
(inbox), what they call wrong (verdicts), and what they changed (audit). A mark belongs to a story, whose id is that of its first article.

Storage only: rows in, values out. Passwords and tokens come in as hashes. Knows of storage the tables alone.
"""
