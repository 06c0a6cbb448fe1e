"""The verbs of the first hour: `init`, `migrate`, `catalogue check`. They ask `jobs/services/first_hour`."""
