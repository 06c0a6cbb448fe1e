"""The image without a container: ``python -m tests.image [--keep FOLDER]`` plays the steps of the Dockerfile, as root, in roots of their own.

Each stage is a root of folders of this machine that are bound in for reading (`/usr`, `/opt` and where Python lives) and its own `/app`,
`/etc` and `/data`; its `RUN` lines are run there as they stand. At the end the last stage is tried as the container would be: by its user,
with nothing writable but `/data`, the configuration mounted for reading, and its own HEALTHCHECK. A Dockerfile that cannot be
played in this way (another instruction than those below) is an error.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OWN = ("app", "data", "config", "tmp", "proc", "dev", "etc", "root", "run", "var")
PLAYED = ("FROM", "RUN", "COPY", "ENV", "WORKDIR", "USER", "ENTRYPOINT", "CMD", "HEALTHCHECK", "VOLUME", "STOPSIGNAL")
CONFIG = "database: sqlite:////data/zhixun.db\nweb: null\n"


@dataclass
class Stage:
    """One FROM and what was done since."""

    root: Path
    folder: str = "/"
    environ: dict[str, str] = field(
        default_factory=lambda: {"PATH": f"{Path(sys.base_prefix) / 'bin'}:/usr/sbin:/usr/bin:/sbin:/bin"}
    )
    user: str = "0:0"
    commands: dict[str, str] = field(default_factory=dict)  # ENTRYPOINT, CMD, HEALTHCHECK


def steps(dockerfile: str) -> Iterator[tuple[str, str]]:
    """Instruction and argument, a line each."""
    for line in dockerfile.replace("\\\n", " ").splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            word, _, rest = line.strip().partition(" ")
            yield word.upper(), " ".join(rest.split())


def build(dockerfile: str, context: Path, place: Path) -> Stage:
    """The last stage, its root filled."""
    stages: dict[str, Stage] = {}
    now = Stage(place)
    for word, given in steps(dockerfile):
        print(word, given, flush=True)
        if word == "FROM":
            name = given.split(" AS ")[-1] if " AS " in given else str(len(stages))
            now = stages[name] = Stage(_new_root(place / name))
        elif word == "RUN":
            run(now, ["/bin/sh", "-ec", given], user="0:0")
        elif word == "COPY":
            _copy(now, given.split(), context, stages)
        elif word == "ENV":
            pairs = dict(part.split("=", 1) for part in shlex.split(given))
            now.environ |= {name: value.replace("$PATH", now.environ["PATH"]) for name, value in pairs.items()}
        elif word == "WORKDIR":
            now.folder = given
            (now.root / given.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "USER":
            now.user = given
        elif word in ("ENTRYPOINT", "CMD", "HEALTHCHECK"):
            now.commands[word] = given
        elif word not in PLAYED:
            raise SystemExit(f"{word} is not played here")
    return now


def _new_root(root: Path) -> Path:
    for name in OWN:
        (root / name).mkdir(parents=True)
    for name in (
        "passwd",
        "group",
        "shadow",
        "gshadow",
        "resolv.conf",
        "hosts",
        "nsswitch.conf",
        "ld.so.cache",
        "pip.conf",
        "ssl",
    ):
        source = Path("/etc", name)
        if source.is_dir():
            shutil.copytree(source, root / "etc" / name, symlinks=True)
        elif source.exists():
            shutil.copy2(source, root / "etc" / name)
    for name in ("bin", "sbin", "lib", "lib64"):
        if (link := Path("/", name)).is_symlink():
            (root / name).symlink_to(link.readlink())
    return root


def _copy(now: Stage, words: list[str], context: Path, stages: Mapping[str, Stage]) -> None:
    base = context
    if words[0].startswith("--from="):
        base = stages[words.pop(0).removeprefix("--from=")].root
    *sources, target = words
    into = now.root / (target if target.startswith("/") else f"{now.folder}/{target}").lstrip("/")
    for source in sources:
        found = base / source.lstrip("/")
        if found.is_dir():
            shutil.copytree(found, into, symlinks=True, dirs_exist_ok=True)
        else:
            into.mkdir(parents=True, exist_ok=True)
            shutil.copy2(found, into / found.name)


def run(
    stage: Stage, command: list[str], user: str, *, sealed: bool = False, check: bool = True, seconds: float | None = None
) -> int:
    """Run a command in a stage's root; its exit code. `sealed`: as compose runs it, with nothing writable but /data and /tmp."""
    root = shlex.quote(str(stage.root))
    binds = ["/usr", "/opt", str(Path(sys.base_prefix))]
    script = ["set -e", f"mount --make-rprivate / && mount --bind {root} {root}"]
    for path in dict.fromkeys(binds):
        if Path(path).is_dir():
            script += [f"mkdir -p {root}{path}", f"mount --rbind {path} {root}{path}", f"mount -o remount,bind,ro {root}{path}"]
    script += [f"mount -t proc proc {root}/proc", f"mount --rbind /dev {root}/dev"]
    if sealed:
        script += [
            f"mount --bind {root}/data {root}/data",
            f"mount -t tmpfs tmpfs {root}/tmp",
            f"mount -o remount,bind,ro {root}",
        ]
    words = " ".join(map(shlex.quote, command))
    inside = f"cd {shlex.quote(stage.folder)} && exec {words}"
    uid, gid = user.split(":")
    limit = f"timeout --signal=TERM {seconds} " if seconds else ""
    script.append(f"exec {limit}chroot --userspec={uid}:{gid} --groups= {root} /bin/sh -c {shlex.quote(inside)}")
    pip = {name: value for name, value in os.environ.items() if name.startswith(("PIP_", "SSL_", "REQUESTS_"))}
    environ = pip | {"HOME": stage.folder} | stage.environ
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "/bin/sh", "-c", "\n".join(script)], env=environ, check=False)
    if check and done.returncode:
        raise SystemExit(f"exit code {done.returncode}: {' '.join(command)}")
    return done.returncode


def try_it(stage: Stage) -> None:
    """What the container does."""
    (stage.root / "config").mkdir(exist_ok=True)
    (stage.root / "config/config.yaml").write_text(CONFIG, "utf-8")
    entry, start = json.loads(stage.commands["ENTRYPOINT"]), json.loads(stage.commands["CMD"])
    health = json.loads(stage.commands["HEALTHCHECK"].partition("CMD ")[2])

    def tried(command: list[str], seconds: float | None = None) -> int:
        return run(stage, command, stage.user, sealed=True, check=False, seconds=seconds)

    expected = {
        "its version": (tried([*entry, "--version"]), (0,)),
        "the check": (tried([*entry, "check"]), (0,)),
        "not healthy before it runs": (tried(health), (1,)),
        "nothing but /data is writable": (tried(["/bin/sh", "-c", "! touch /app/x && ! touch /config/x && touch /data/x"]), (0,)),
        "runs, is healthy, ends by SIGTERM": (
            tried(
                [
                    "/bin/sh",
                    "-c",
                    f"{shlex.join([*entry, *start])} & sleep 45; {shlex.join(health)}; ok=$?; kill $!; wait $! && exit $ok",
                ]
            ),
            (0,),
        ),
    }
    for what, (code, wanted) in expected.items():
        print(f"{'ok ' if code in wanted else 'BAD'} {what} ({code})")
    if any(code not in wanted for code, wanted in expected.values()):
        raise SystemExit(1)


def main() -> None:
    """Build and try."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="zhixun-image-") as place:
        try_it(build((ROOT / "Dockerfile").read_text("utf-8"), ROOT, given.keep or Path(place)))


if __name__ == "__main__":
    main()
