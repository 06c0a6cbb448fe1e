"""Keep Records, decide what is new, match rules, hold the outbox."""
