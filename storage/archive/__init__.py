"""The stored articles: new, changed, the same or a reprint, with their reason; reading them back; pruning. Articles, their
alerts and the end of their task are one transaction, so this room may call stories, alerts and the queue.
"""
