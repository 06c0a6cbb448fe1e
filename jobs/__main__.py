"""`python -m jobs` is `zhixun`."""

from jobs.cli.main import main

if __name__ == "__main__":
    main()
