"""What is to be fetched: watched sources, the frontier of polls and articles with their leases, links that are known, gaps, and
how often a source has news. Links and outcomes go in, tasks come out.
"""
