"""SEND: pending messages of the outbox go in, channels' answers come out and are marked. One worker a channel, with its own
rate, breaker and digest; how a message is worded stands here, how a vendor is spoken to in `jobs/channels`.
"""
