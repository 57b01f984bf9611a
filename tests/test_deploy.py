"""The files of `deploy/` against schemas, against the command line, and against each other."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import kubernetes_validate
import pytest
import yaml
from check_jsonschema.builtin_schemas import get_builtin_schema
from jsonschema import Draft7Validator

from codegen import language
from codegen.cli import cli

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
BASE = KUBERNETES / "base"
SCRIPTS = sorted([*DEPLOY.glob("slurm/*"), DEPLOY / "toolchain.sh"])
VERSION = "1.33"  # the first in which users of pods are none of the node's by default


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # it comes without types
    """YAML with compose's marks for what replaces a value instead of being merged into it."""


def _override(loader: yaml.SafeLoader, node: yaml.Node) -> Any:
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("!override", _override)


def documents(path: Path) -> list[dict[str, Any]]:
    return list(yaml.load_all(path.read_text("utf-8"), _Loader))


COMPOSE = [documents(DEPLOY / "compose" / name)[0] for name in ("compose.yaml", "try.yaml")]
MANIFESTS = [
    one
    for folder in ("base", "ray")
    for path in sorted((KUBERNETES / folder).glob("*.yaml"))
    for one in documents(path)
    if "kind" in one
]


def pods() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every pod's specification, by what makes it."""
    for one in MANIFESTS:
        name = f"{one['kind']} {one.get('metadata', {}).get('name', '')}"
        if one["kind"] in ("Deployment", "StatefulSet", "Job"):
            yield name, one["spec"]["template"]["spec"]
        if one["kind"] == "RayJob":
            cluster = one["spec"]["rayClusterSpec"]
            yield f"{name} head", cluster["headGroupSpec"]["template"]["spec"]
            for group in cluster["workerGroupSpecs"]:
                yield f"{name} {group['groupName']}", group["template"]["spec"]


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, pod in pods():
        for one in pod["containers"]:
            yield name, one


def parsed(words: list[str]) -> click.Context:
    """Parse a command line of ours as the program does, without carrying it out."""
    command: click.Command = cli
    context = click.Context(cli)
    while isinstance(command, click.Group):
        name, *words = words
        found = command.get_command(context, name)
        assert found is not None, name
        command = found
    return command.make_context("codegen", [filled(one) for one in words])


def filled(word: str) -> str:
    """Put in what compose and the cluster would: variables' defaults, the mounted file."""
    word = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word)
    assert "${" not in word, word
    return word.replace("/etc/codegen/run.toml", str(BASE / "run.toml"))


def our_command_lines() -> Iterator[tuple[str, list[str]]]:
    for file in COMPOSE:
        for name, service in file["services"].items():
            if name in ("verifier", "run"):
                yield f"compose {name}", service["command"]
    for name, container in containers():
        if container["image"] == "codegen" and "args" in container:
            yield name, container["args"]
    for one in MANIFESTS:
        if one["kind"] == "RayJob":
            program, *words = shlex.split(one["spec"]["entrypoint"])
            assert program == "codegen"
            yield "RayJob", words
    docker = (DEPLOY / "Dockerfile").read_text("utf-8")
    yield "Dockerfile", json.loads(re.findall(r"^CMD (.*)$", docker, re.MULTILINE)[0])


@pytest.mark.parametrize(
    "words", [pytest.param(words, id=where) for where, words in our_command_lines()]
)
def test_every_command_line_is_understood(words: list[str]) -> None:
    parsed(words)


def test_compose_keeps_its_schema() -> None:
    schema = get_builtin_schema("vendor.compose-spec")
    for one in COMPOSE:
        assert not [error.message for error in Draft7Validator(schema).iter_errors(one)]


@pytest.mark.parametrize(
    "manifest",
    [one for one in MANIFESTS if one["kind"] not in ("Kustomization", "RayJob")],
    ids=lambda one: f"{one['kind']}-{one['metadata']['name']}",
)
def test_manifests_keep_their_schemas(manifest: dict[str, Any]) -> None:
    kubernetes_validate.validate(manifest, VERSION, strict=True)


@pytest.mark.parametrize("pod", [pod for name, pod in pods() if "RayJob" in name])
def test_rays_pods_keep_the_schema_of_pods(pod: dict[str, Any]) -> None:
    made = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "one"}, "spec": pod}
    kubernetes_validate.validate(made, VERSION, strict=True)


def test_what_manifests_refer_to_is_there() -> None:
    named = {(one["kind"], one["metadata"]["name"]) for one in MANIFESTS if "metadata" in one}
    secrets = set(re.findall(r"^(\w+)=", (BASE / "secrets.env.example").read_text(), re.MULTILINE))
    for name, container in containers():
        for variable in container.get("env", ()):
            if "valueFrom" in variable:
                reference = variable["valueFrom"]["secretKeyRef"]
                assert reference["name"] == "codegen" and reference["key"] in secrets, name
    for name, pod in pods():
        volumes = {one["name"]: one for one in pod.get("volumes", ())}
        for one in volumes.values():
            if "persistentVolumeClaim" in one:
                claim = one["persistentVolumeClaim"]["claimName"]
                assert ("PersistentVolumeClaim", claim) in named, name
        own = {"data"} if "StatefulSet" in name else set()
        for container in pod["containers"]:
            mounted = {one["name"] for one in container.get("volumeMounts", ())}
            assert mounted <= set(volumes) | own, name


def test_addresses_in_options_are_services() -> None:
    ports = {
        one["metadata"]["name"]: one["spec"]["ports"][0]["port"]
        for one in MANIFESTS
        if one["kind"] == "Service"
    }
    options = (BASE / "run.toml").read_text("utf-8")
    told = re.findall(r"(?://|@)(\w+):(\d+)", options)
    assert len(told) == 3 and all(ports[name] == int(port) for name, port in told)
    services = COMPOSE[0]["services"]
    for file in COMPOSE:
        words = " ".join(file["services"]["run"]["command"])
        for name, port in re.findall(r"(?://|@)(\w+):(\d+)", words):
            assert name in services and ports[name] == int(port)


def test_images_and_models_are_the_same_everywhere() -> None:
    used = {container["image"] for _, container in containers()} | {
        service["image"] for service in COMPOSE[0]["services"].values()
    }
    assert len({one for one in used if "vllm" in one}) == 1
    assert len({one for one in used if "postgres" in one}) == 1
    texts = [path.read_text("utf-8") for path in DEPLOY.rglob("*") if path.is_file()]
    models = {found for text in texts for found in re.findall(r"Qwen/[\w.-]+-7B[\w.-]*", text)}
    assert len(models) == 1


def test_variables_of_compose_are_in_its_example() -> None:
    example = (DEPLOY / "compose/.env.example").read_text("utf-8")
    known = set(re.findall(r"^(\w+)=", example, re.MULTILINE))
    for name in ("compose.yaml", "try.yaml"):
        asked = set(re.findall(r"\$\{(\w+)", (DEPLOY / "compose" / name).read_text("utf-8")))
        assert asked - {"CODEGEN_IMAGE"} <= known


def test_the_autoscaler_reads_a_metric_of_the_service() -> None:
    (scaler,) = (one for one in MANIFESTS if one["kind"] == "HorizontalPodAutoscaler")
    (metric,) = (one["pods"]["metric"]["name"] for one in scaler["spec"]["metrics"])
    (rule,) = documents(KUBERNETES / "monitoring/adapter.yaml")[0]["rules"]["custom"]
    assert rule["seriesQuery"].startswith(metric + "{")
    assert f'"{metric}"' in (ROOT / "codegen/serve/metrics.py").read_text("utf-8")


@pytest.mark.parametrize("folder", ["base", "ray"])
def test_kustomize_builds_it(folder: str, tmp_path: Path) -> None:
    if shutil.which("kubectl") is None:
        pytest.skip("needs kubectl")
    shutil.copytree(KUBERNETES, tmp_path / "kubernetes")
    shutil.copy(BASE / "secrets.env.example", tmp_path / "kubernetes/base/secrets.env")
    command = ["kubectl", "kustomize", str(tmp_path / "kubernetes" / folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    built = list(yaml.safe_load_all(done.stdout))
    kinds = [one["kind"] for one in built]
    assert ("RayJob" in kinds, "Job" in kinds) == (folder == "ray", folder == "base")
    spaces = {one["metadata"]["namespace"] for one in built if one["kind"] != "Namespace"}
    assert spaces == {"codegen"}
    (secret,) = (one["metadata"]["name"] for one in built if one["kind"] == "Secret")
    (options,) = (one["metadata"]["name"] for one in built if one["kind"] == "ConfigMap")
    # the generated names have hashes: who refers to them must have been told
    run = next(one for one in built if one["metadata"]["name"] == "run" and "Job" in one["kind"])
    text = json.dumps(run)
    assert f'"{secret}"' in text and f'"{options}"' in text and '"image": "codegen:latest"' in text
    assert not re.search(r'"name": "codegen"}', text)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_clean(script: Path) -> None:
    command = [
        str(Path(sys.executable).with_name("shellcheck")),
        "-x",
        "-P",
        str(ROOT),
        str(script),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def _submitted(script: str, tmp_path: Path, **variables: str) -> list[list[str]]:
    """Run a script of Slurm's with stand-ins for what it starts; return our command lines."""
    tools, said = tmp_path / "bin", tmp_path / "said"
    tools.mkdir()
    said.mkdir()
    stubs = {
        # a file for each, as they run at once
        "codegen": f'printf "%s\\0" "$@" >{said}/$$',
        # a server answers once it is there
        "curl": 'case "$*" in */v1/health) name=serve;; *) name=model;; esac\n'
        f'grep -qa "^$name" {said}/*',
        "ray": "true",
        "scontrol": "printf 'n1\\nn2\\n'",
        "srun": 'while [ "${1#-}" != "$1" ]; do shift; done; exec "$@"',
    }
    for name, text in stubs.items():
        # a server lasts until it is ended
        lasts = (
            'case "$1 $2" in serve*|*" serve") sleep 60 & wait;; esac' if name == "codegen" else ""
        )
        (tools / name).write_text(f"#!/bin/bash\ntrap 'kill %1; exit 0' TERM\n{text}\n{lasts}\n")
        (tools / name).chmod(0o755)
    environment = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "SLURM_SUBMIT_DIR": str(ROOT),
        "SLURM_JOB_ID": "1",
        "SLURM_JOB_NAME": "codegen",
        "SLURM_JOB_NODELIST": "n[1-2]",
        "SLURM_CPUS_PER_TASK": "16",
        "SLURM_GPUS_ON_NODE": "2",
        **variables,
    }
    command = ["bash", str(DEPLOY / "slurm" / script)]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return [one.read_text("utf-8").split("\0")[:-1] for one in said.iterdir()]


SECRETS = {"CODEGEN_SERVE_TOKEN": "one", "CODEGEN_API_KEY": "other"}
JOURNAL = {"JOURNAL": "postgresql://codegen@db/codegen?run=one"}


@pytest.mark.parametrize(
    ("script", "variables", "commands"),
    [
        ("one-node.sbatch", {}, ["doctor", "model", "synthesize"]),
        ("one-node.sbatch", {"MODEL": "builtin"}, ["doctor", "synthesize"]),
        ("one-node.sbatch", {"BASE_URL": "http://elsewhere/v1"}, ["doctor", "synthesize"]),
        ("many-nodes.sbatch", SECRETS | JOURNAL, ["model", "serve", "synthesize"]),
        ("ray.sbatch", JOURNAL | {"ENDPOINTS": "servers.txt"}, ["synthesize"]),
    ],
    ids=["one node", "builtin", "a server elsewhere", "many nodes", "ray"],
)
def test_slurms_scripts_start_what_they_should(
    script: str, variables: dict[str, str], commands: list[str], tmp_path: Path
) -> None:
    lines = _submitted(script, tmp_path, **variables)
    assert sorted(line[0] for line in lines) == commands
    asked = {line[0]: parsed(line).params for line in lines}
    run = asked["synthesize"]
    assert run["out"] == tmp_path / "runs/codegen"
    if "model" in asked:
        assert asked["model"]["tensor_parallel_size"] == 2
        assert run["model"] == asked["model"]["served_model_name"]
    if script.startswith("ray"):
        assert (run["engine"], run["ray_address"]) == ("ray", "n1:6379")
    if script.startswith("many"):
        assert run["verifier"] == ("http://n1:8080", "http://n2:8080")
        assert run["endpoints"].read_text() == "http://n1:8000/v1\nhttp://n2:8000/v1\n"
        assert asked["serve"]["slots"] == 8 and asked["serve"]["jobs"]


@pytest.mark.parametrize("name", language.names())
def test_the_image_knows_every_language(name: str, tmp_path: Path) -> None:
    shutil.copy(DEPLOY / "toolchain.sh", tmp_path)
    (tmp_path / "install.sh").write_text('echo "$@"\n')
    command = ["sh", str(tmp_path / "toolchain.sh"), "install", name]
    done = subprocess.run(command, capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    images = (ROOT / "sandboxes" / name / "Dockerfile").read_text("utf-8")
    assert set(done.stdout.split()) <= set(re.findall(r"[\w+-]+", images))
