"""What an operator installs: the unit, its user and folders, the container."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from jobs import daemon
from jobs.workers.membership import ROLES
from storage.db import pulse
from tests.image import PLAYED, steps
from tests.unit.test_docs import parsed

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"


def test_the_unit_runs_as_the_user_and_in_the_folders_that_are_made() -> None:
    unit = (PACKAGING / "zhixun.service").read_text()
    folders = {line.split()[1] for line in (PACKAGING / "zhixun.tmpfiles").read_text().splitlines() if line.startswith("d ")}
    assert "u zhixun " in (PACKAGING / "zhixun.sysusers").read_text()
    assert all(f"{key}=zhixun" in unit for key in ("User", "Group"))
    assert folders == {"/etc/zhixun", "/var/lib/zhixun"}
    assert all(folder in unit for folder in folders)


@pytest.mark.skipif(shutil.which("systemd-tmpfiles") is None or os.geteuid() != 0, reason="needs systemd-tmpfiles and root")
def test_user_and_folders_are_made_with_their_modes(tmp_path: Path) -> None:
    (tmp_path / "etc/zhixun").mkdir(parents=True)
    (tmp_path / "etc/zhixun/config.yaml").touch()
    for tool, file in (("systemd-sysusers", "zhixun.sysusers"), ("systemd-tmpfiles", "zhixun.tmpfiles")):
        more = ["--create"] if tool == "systemd-tmpfiles" else []
        subprocess.run([tool, f"--root={tmp_path}", *more, str(PACKAGING / file)], check=True, capture_output=True)
    assert "zhixun:" in (tmp_path / "etc/passwd").read_text()
    modes = {
        path: (tmp_path / path).stat().st_mode & 0o777 for path in ("etc/zhixun", "etc/zhixun/config.yaml", "var/lib/zhixun")
    }
    assert modes == {"etc/zhixun": 0o750, "etc/zhixun/config.yaml": 0o640, "var/lib/zhixun": 0o700}


def test_the_container_has_no_root_and_mounts_the_folder_of_the_configuration() -> None:
    image = (ROOT / "Dockerfile").read_text()
    service = YAML(typ="safe").load((ROOT / "compose.yaml").read_text())["services"]["zhixun"]
    last = [line.split() for line in image.splitlines() if line.startswith("USER ")][-1]
    assert last == ["USER", service["user"]], "by number: a cluster that refuses root looks at nothing else"
    assert f"--uid {service['user'].partition(':')[0]} --gid {service['user'].partition(':')[2]} " in image
    assert [volume.split(":")[:2] for volume in service["volumes"]] == [["./config", "/config"], ["data", "/data"]]
    assert "ZHIXUN_CONFIG=/config/config.yaml" in image


def test_the_image_copies_only_what_the_build_is_given() -> None:
    given = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = [
        line.split()[1:-1]
        for line in (ROOT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
    ]
    assert {name for names in copied for name in names} <= given


def test_the_script_plays_every_step_of_the_image_as_it_stands() -> None:
    text = (ROOT / "Dockerfile").read_text()
    played = list(steps(text))
    assert {word for word, _ in played} <= set(PLAYED)
    for word, given in played:
        assert f"{word} {given}" in " ".join(text.replace("\\\n", " ").split()), (
            "nothing is added, left out or put into other words"
        )
    last = dict(played)
    assert json.loads(last["ENTRYPOINT"]) == ["zhixun"]
    assert json.loads(last["HEALTHCHECK"].partition("CMD ")[2]) == ["zhixun", "healthcheck"]


def test_a_cluster_has_each_role_twice_by_command_lines_that_are_understood() -> None:
    services = YAML(typ="safe").load((ROOT / "compose.cluster.yaml").read_text())["services"]
    ours = {name: service for name, service in services.items() if name != "postgres"}
    objects = list(YAML(typ="safe").load_all(PACKAGING / "kubernetes.yaml"))
    pods = {one["metadata"]["name"]: one["spec"] for one in objects if one["kind"] != "PodDisruptionBudget"}
    containers = {name: spec["template"]["spec"]["containers"][0] for name, spec in pods.items()}
    for command in [service["command"] for service in ours.values()] + [one["args"] for one in containers.values()]:
        parsed(command)
    for role in ROLES:
        assert (ours[role]["command"], ours[role]["deploy"]["replicas"]) == (["worker", "--role", role], 2)
        assert (containers[f"zhixun-{role}"]["args"], pods[f"zhixun-{role}"]["replicas"]) == (["worker", "--role", role], 2)
    assert {tuple(service["volumes"]) for service in ours.values()} == {("./config:/config:ro",)}


def test_what_watches_over_a_cluster_asks_what_the_image_answers() -> None:
    objects = list(YAML(typ="safe").load_all(PACKAGING / "kubernetes.yaml"))
    deployments = [one["spec"] for one in objects if one["kind"] == "Deployment"]
    budgets = [one["spec"]["selector"]["matchLabels"] for one in objects if one["kind"] == "PodDisruptionBudget"]
    assert (
        budgets
        == [one["selector"]["matchLabels"] for one in deployments]
        == [one["template"]["metadata"]["labels"] for one in deployments]
    )
    for deployment in deployments:
        pod = deployment["template"]["spec"]
        assert f"USER {pod['securityContext']['runAsUser']}:" in (ROOT / "Dockerfile").read_text()
        assert pod["terminationGracePeriodSeconds"] > daemon.STOP_WITHIN
        for probe in ("startupProbe", "livenessProbe"):
            asked = pod["containers"][0][probe]
            program, *arguments = asked["exec"]["command"]
            assert program == "zhixun"
            parsed(arguments)
            assert asked["timeoutSeconds"] > pulse.PATIENCE, "else a database that is away looks like a dead worker"
