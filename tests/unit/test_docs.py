"""What the documentation names exists: commands and options, files and headings, targets of make; what it shows, works."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from crawler.i18n import catalogue
from jobs.cli.main import app
from jobs.config.load import examples, load

ROOT = Path(__file__).parents[2]
PAGES = {
    str(path.relative_to(ROOT)): path.read_text("utf-8")
    for path in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md"), ROOT / "config.yaml")
}
SECRETS = {"FEISHU_TOKEN": "token", "FEISHU_SECRET": "secret"}
CLI: Any = typer.main.get_command(app)
PROGRAM = re.compile(r"^\$ \.venv/bin/python ((?:-m [\w.]+|[\w/]+\.py)(?: [^#\n]*)?)", re.MULTILINE)


def fenced(text: str, kind: str) -> list[str]:
    return re.findall(rf"^ *```{kind}\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)


def named(text: str) -> Iterator[str]:
    """Every command line of zhixun in a page: after a prompt, and between backticks or in a comment."""
    yield from re.findall(r"^\$ zhixun( [^\n]*)$", text, re.MULTILINE)
    yield from re.findall(r"`zhixun( [^`\n]+)`", text)
    yield from re.findall(r"^#   zhixun( \w+)", text, re.MULTILINE)


COMMANDS = sorted({(page, line.strip()) for page, text in PAGES.items() for line in named(text) if "VERB" not in line})
TRANSCRIPTS = [
    (page, line, answer)
    for page, text in PAGES.items()
    for line, answer in re.findall(r"^```console\n\$ zhixun (rules explain [^\n]*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
]
PROGRAMS = sorted({line.strip() for text in PAGES.values() for line in PROGRAM.findall(text)})


def parsed(arguments: list[str]) -> None:
    """Let the command line read the arguments, and run nothing. Raises what it says to a user who mistyped."""
    command: Any = CLI
    context: Any = None
    name = "zhixun"
    while True:
        context = command.make_context(name, list(arguments), parent=context)
        if not hasattr(command, "commands"):
            return
        left: list[str] = context._protected_args + context.args
        name, arguments = left[0], left[1:]
        assert name in command.commands, f"no verb {name}"
        command = command.commands[name]
        command = getattr(command, "real", command)


def verbs(command: Any = CLI, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, below in getattr(command, "commands", {}).items():
        yield from verbs(below, (*path, name))
    if not hasattr(command, "commands"):
        yield " ".join(path), command.real


@pytest.mark.parametrize(("page", "line"), COMMANDS)
def test_a_command_line_of_the_docs_is_understood(page: str, line: str) -> None:
    arguments = shlex.split(line.partition(" > ")[0], comments=True)
    if arguments == ["-c", "FILE"]:
        arguments += ["status"]  # the page speaks of the option alone
    if line not in dict(verbs()):  # a verb that is only named lacks its arguments, and exists
        parsed(arguments)


def test_a_verb_or_option_that_does_not_exist_is_noticed() -> None:
    for line in (["record", "list"], ["run", "--twice"], ["rules", "explain", "--record", "first"]):
        with pytest.raises((AssertionError, typer._click.exceptions.ClickException)):
            parsed(line)


def test_every_verb_is_in_the_index_with_its_help() -> None:
    table = PAGES["docs/README.md"].partition("| verb | does |\n|---|---|\n")[2].splitlines()
    assert table == [f"| `{path}` | {command.help.splitlines()[0]} |" for path, command in verbs()]


@pytest.mark.parametrize("line", PROGRAMS)
def test_a_program_that_the_docs_start_takes_these_options(line: str) -> None:
    words = shlex.split(line)
    program = words[:2] if words[0] == "-m" else words[:1]
    shown = subprocess.run([sys.executable, *program, "--help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert [word for word in words if word.startswith("--") and word not in shown] == []


def test_every_option_in_the_running_text_exists() -> None:
    known = {option for _, command in verbs() for parameter in command.params for option in parameter.opts}
    known |= {"--help", *(option for parameter in CLI.params for option in parameter.opts)}
    of_the_kill_harness = {"--database", "--seed", "--burst", "--kills"}
    known |= of_the_kill_harness
    harness = (ROOT / "tests/flow/harness.py").read_text("utf-8")
    assert all(f'"{option}"' in harness for option in of_the_kill_harness)
    written = {option for text in PAGES.values() for option in re.findall(r"`(--[a-z-]+)[^`]*`", text)}
    assert written - known == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_file_named_exists(page: str) -> None:
    prose = re.sub(r"```python\n.*?```", "", PAGES[page], flags=re.DOTALL)
    paths = set(re.findall(r"(?<![\w/.:])((?:crawler|storage|jobs|docs|tests|benchmarks|\.ci)/[\w./*-]*[\w*/])", prose))
    bare = re.findall(r"`(\w+\.(?:md|yaml|toml))`", prose)
    missing = [path for path in paths if not any(ROOT.glob(path.rstrip("/")))]
    assert (
        missing + [name for name in bare if not any((folder / name).exists() for folder in (ROOT, ROOT / "crawler/data"))] == []
    )


@pytest.mark.parametrize("page", [page for page in PAGES if page.endswith(".md")])
def test_every_link_leads_to_a_file_and_a_heading(page: str) -> None:
    for target, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#?([^)]*)\)", PAGES[page]):
        path = ((ROOT / page).parent / target).resolve() if target else ROOT / page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_every_target_of_make_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named_targets = {name for text in PAGES.values() for name in re.findall(r"(?:`|\$ )make ([a-z-]+)", text)}
    assert named_targets
    assert named_targets - targets == set()


@pytest.mark.parametrize("page", ["README.md", "README.zh-CN.md"])
def test_the_configuration_of_a_readme_is_right_and_so_are_its_examples(page: str, tmp_path: Path) -> None:
    (snippet,) = fenced(PAGES[page], "yaml")
    (tmp_path / "config.yaml").write_text(snippet, "utf-8")
    config = load(tmp_path / "config.yaml", SECRETS)
    assert examples(config) == []
    assert len(config.sources) >= 2
    for line in re.findall(r"^\$ zhixun (\w+) test (\S+)", PAGES[page], re.MULTILINE):
        assert line[1] in {entry.name for entry in getattr(config, line[0])}, line


@pytest.mark.parametrize(("page", "line", "answer"), TRANSCRIPTS)
def test_what_a_page_shows_of_explain_is_what_it_prints(page: str, line: str, answer: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jobs", *shlex.split(line)],
        cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "ZHIXUN_LANG": "zh" if "zh-CN" in page else "en"}, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.stdout == answer
    assert done.returncode == (0 if answer.startswith(("match", "命中")) else 1)


def test_the_readmes_say_the_same() -> None:
    """Both name the same files and commands, in their own words."""
    english, chinese = PAGES["README.md"], PAGES["README.zh-CN.md"]
    targets = [set(re.findall(r"\]\(([^)]+)\)", text)) - {"README.md", "README.zh-CN.md"} for text in (english, chinese)]
    files = [set(re.findall(r"`((?:crawler|storage|jobs)/[^`]+)`", text)) for text in (english, chinese)]
    assert targets[0] == targets[1]
    assert files[0] == files[1]


def test_the_screens_of_the_chinese_readme_are_chinese() -> None:
    """No sentence of the program that has a Chinese one stands there in English."""
    screens = "\n".join(part for kind in ("text", "console") for part in fenced(PAGES["README.zh-CN.md"], kind))
    shown = "\n".join(line for line in screens.splitlines() if not line.startswith("$ "))
    phrases = {part.strip(" ,;:()") for key in catalogue() for part in re.split(r"\{[^}]*\}", key)}
    assert {phrase for phrase in phrases if re.search(r"[a-z]+ [a-z]+ ", phrase + " ") and phrase in shown} == set()
    assert set(re.findall(r"[a-z]+", shown)) & {"state", "matches", "records", "daemon", "leaves", "healthy"} == set()


def test_the_readmes_show_the_same_commands() -> None:
    english, chinese = (
        {line.split()[4 if "-c" in line.split() else 2] for line in re.findall(r"^\$ zhixun [^#\n]*", PAGES[page], re.MULTILINE)}
        for page in ("README.md", "README.zh-CN.md")
    )
    assert english == chinese
