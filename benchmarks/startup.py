"""What it costs to start the command line: CPU seconds of ten commands, the least of some runs, beside an older commit in the same run.

    python benchmarks/startup.py [--beside COMMIT] [--rounds 5] [--only status check]

Each command is a process of its own on a small configuration and an archive of a few records. CPU is what the kernel counted for it,
its children included; wall time would say more of the machine than of the program. Each tree's byte code is kept, as an installed program's
is, and the first run, which writes it, is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIG = """\
database: sqlite:///zhixun.db
sources:
  - {name: river-lab, url: 'https://river.example/feed.xml', kind: feed, tags: [实验室]}
  - {name: harbour-news, url: 'https://harbour.example/ai', kind: listing, every: 30m}
  - {name: ridge-api, url: 'https://ridge.example/api', kind: api, items: 'data[*]', link: url}
rules:
  - name: 大模型
    query: '(大模型 OR "language model") NOT 招聘'
    channels: [desk]
    should_match: ["河湾实验室发布大模型"]
channels:
  - {name: desk, url: 'file:///tmp/startup.jsonl'}
"""
COMPLETE = {"_JOBS_COMPLETE": "complete_bash", "_ZHIXUN_COMPLETE": "complete_bash", "COMP_WORDS": "zhixun re", "COMP_CWORD": "1"}
COMMANDS = {
    "--version": ({}, "--version"),
    "--help": ({}, "--help"),
    "records --help": ({}, "records", "--help"),
    "completion": (COMPLETE,),
    "healthcheck": ({}, "healthcheck"),
    "check": ({}, "check"),
    "status": ({}, "status"),
    "records list": ({}, "records", "list"),
    "alerts list": ({}, "alerts", "list"),
    "rules list": ({}, "rules", "list"),
}


def spent(tree: Path, folder: Path, given: tuple[dict[str, str], *tuple[str, ...]]) -> float:
    """CPU seconds of one run of the program in `tree`."""
    more, *arguments = given
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environ |= {"PYTHONPATH": str(tree), "PYTHONPYCACHEPREFIX": str(folder / "pyc")} | more
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    program = "import sys; sys.argv[0] = 'zhixun'; from jobs.cli.main import main; main()"
    subprocess.run([sys.executable, "-c", program, *arguments], cwd=folder, env=environ, capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def prepare(folder: Path) -> None:
    """A configuration and an archive."""
    (folder / "config.yaml").write_text(CONFIG, "utf-8")
    rows = [
        {"title": f"河湾实验室发布第 {n} 个大模型", "link": f"https://river.example/{n}", "text": "新闻。" * 30}
        for n in range(30)
    ]
    (folder / "records.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    command = [sys.executable, "-m", "jobs", "records", "import", "records.jsonl"]
    subprocess.run(command, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, check=True)


def main() -> None:
    """Print a line each command."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--beside", help="an older commit")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="names of commands")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder, trees = Path(place), {"now": ROOT}
        prepare(folder)
        if given.beside:
            trees[given.beside] = folder / "older"
            trees[given.beside].mkdir()
            archive = subprocess.run(["git", "archive", given.beside], cwd=ROOT, capture_output=True, check=True).stdout
            subprocess.run(["tar", "-x", "-C", trees[given.beside]], input=archive, check=True)
        print(f"{'CPU seconds':16}" + "".join(f"{name:>12}" for name in trees))
        for name, command in COMMANDS.items():
            if given.only and name not in given.only:
                continue
            turns = [[spent(path, folder, command) for path in trees.values()] for _ in range(given.rounds + 1)][1:]
            print(f"{name:16}" + "".join(f"{min(column):12.2f}" for column in zip(*turns, strict=True)), flush=True)


if __name__ == "__main__":
    main()
