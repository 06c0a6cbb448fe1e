"""What a person can ask for, each a function of values to a frozen answer.

In go an open session (or the `Database`, where something is written), the `Config`, what was asked, and the time where it matters; out
comes a dataclass that pydantic turns into JSON and back. Nothing is printed, padded or parsed here: the command line, the pages and
whatever comes next word the answers, and none of them knows another. What does not exist is `lookup.Unknown`, a broken query
`QueryError`, a broken configuration `ConfigError`; whatever can fail in the world outside is a value with its reason.
"""
