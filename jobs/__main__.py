"""`zhixun`, also as `python -m jobs`."""

import signal


def main() -> None:
    """Run the command line. While it is still being imported ctrl-C ends the program without a word, by the system's own hand."""
    patient = signal.getsignal(signal.SIGINT) is signal.default_int_handler  # not so where the caller has us ignore it
    if patient:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from jobs.cli.main import main as verbs  # noqa: PLC0415 - see above

    if patient:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    verbs()


if __name__ == "__main__":
    main()
