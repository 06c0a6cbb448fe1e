"""The screens, one a file, each a `screen` that is found by the folder. They ask `jobs/services` and do not know each other."""
