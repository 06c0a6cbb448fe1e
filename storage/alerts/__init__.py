"""The ledger of alerts and the outbox of messages: an alert is raised in the transaction of its article, claimed before it is
sent and marked after the channel accepted it.
"""
