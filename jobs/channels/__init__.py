"""Channels SEND: an alert becomes a message in somebody's hands. One file a channel."""
