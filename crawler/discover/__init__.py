"""What of a site could be watched: pages go in, candidates with a score, a reason and sample titles come out. Pure; the caller
fetches. It may ask the listing room and the FIND stage.
"""
