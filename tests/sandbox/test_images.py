"""What an image is made from, which one is current, and building, with a real daemon."""

from __future__ import annotations

import io
import json
import os
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from docker import DockerClient

from codegen.cli.images import images as command
from codegen.errors import SandboxError, UsageError
from codegen.resources import folder
from codegen.sandbox import images, images_build
from codegen.sandbox.bootstrap import bootstrap, ensure_base
from codegen.sandbox.docker_client import connect, docker_available
from codegen.sandbox.images import CA_BUNDLE, Context
from codegen.sandbox.images_build import Options, build, read_bundle

PEM = b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
LANGUAGES = ("go", "python", "rust")


@pytest.fixture
def client() -> Iterator[DockerClient]:
    available, reason = docker_available()
    if not available:
        if os.environ.get("CODEGEN_REQUIRE_DOCKER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    client = connect()
    yield client
    client.close()


@pytest.fixture
def empty_base(client: DockerClient) -> Iterator[str]:
    """A base image with nothing in it, on which every build fails at once."""
    name = f"codegen-test/empty:{uuid.uuid4().hex[:8]}"
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("nothing"))
    repository, _, tag = name.partition(":")
    client.api.import_image_from_data(packed.getvalue(), repository=repository, tag=tag)
    yield name
    client.images.remove(name, force=True)


def test_every_language_folder_has_an_image_and_the_other_way_round() -> None:
    languages = {path.parent.name for path in folder("languages").glob("*/language.toml")}
    assert set(images.names()) == languages >= set(LANGUAGES)


def test_unknown_image_lists_those_that_exist() -> None:
    with pytest.raises(UsageError, match=r"no image for 'cobol'.*go.*python, rust"):
        images.context("cobol")


@pytest.mark.parametrize("language", LANGUAGES)
def test_context_holds_what_the_dockerfile_copies(language: str) -> None:
    files = images.context(language).files
    assert {"Dockerfile", "supervisor.py", "shared/install.sh", "shared/with-ca.sh"} <= set(files)
    assert not any("__pycache__" in path or "proofs" in path for path in files)
    # A prompt's wording lives in language.toml; changing it must not rebuild an image.
    assert "language/language.toml" not in files


def test_tag_changes_with_the_content_and_with_the_base() -> None:
    one = Context("python", {"Dockerfile": b"FROM x", "supervisor.py": b"1"})
    other = Context("python", {"Dockerfile": b"FROM x", "supervisor.py": b"2"})
    moved = Context("python", {"Dockerfile": b"FROM x", "supervisor.py2": b"1"})
    assert len({one.tag("a"), one.tag("b"), other.tag("a"), moved.tag("a")}) == 4
    assert one.tag("a") == Context("python", dict(one.files)).tag("a")
    assert one.tag("a").startswith("codegen/python:")
    assert len(one.tag("a").rpartition(":")[2]) == 12


def test_archive_is_the_same_for_the_same_content_and_holds_the_bundle() -> None:
    context = images.context("python")
    assert context.archive(PEM) == images.context("python").archive(PEM)
    with tarfile.open(fileobj=io.BytesIO(context.archive(PEM))) as archive:
        found = archive.extractfile(CA_BUNDLE)
        assert found is not None
        assert found.read() == PEM
        assert set(archive.getnames()) == {*context.files, CA_BUNDLE}


def test_bundle_is_not_part_of_the_name() -> None:
    context = images.context("python")
    before = context.tag("base")
    context.archive(PEM)
    assert context.tag("base") == before
    assert CA_BUNDLE not in context.files


def test_bundle_named_by_hand_comes_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, theirs = tmp_path / "mine.pem", tmp_path / "theirs.pem"
    mine.write_bytes(PEM + b"mine")
    theirs.write_bytes(PEM + b"theirs")
    monkeypatch.setenv("SSL_CERT_FILE", str(theirs))
    monkeypatch.delenv("CODEGEN_CA_BUNDLE", raising=False)
    assert read_bundle(mine).endswith(b"mine")
    assert read_bundle(None).endswith(b"theirs")
    monkeypatch.setenv("CODEGEN_CA_BUNDLE", str(mine))
    assert read_bundle(None).endswith(b"mine")


def test_bundle_that_cannot_be_used_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match=r"absent\.pem: No such file"):
        read_bundle(tmp_path / "absent.pem")
    (tmp_path / "text.pem").write_text("hello")
    with pytest.raises(UsageError, match="holds no certificate"):
        read_bundle(tmp_path / "text.pem")
    monkeypatch.setenv("CODEGEN_CA_BUNDLE", str(tmp_path / "gone.pem"))
    with pytest.raises(UsageError, match=r"gone\.pem"):
        read_bundle(None)


def test_no_bundle_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CODEGEN_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    assert read_bundle(None) == b""
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere/of/this/machine.pem")
    assert read_bundle(None) == b""


def test_seccomp_profile_allows_by_default_and_denies_by_name() -> None:
    profile = json.loads((folder("sandboxes") / "seccomp.json").read_text())
    denied = {name for rule in profile["syscalls"] for name in rule["names"]}
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    assert {"unshare", "ptrace", "bpf", "io_uring_setup", "keyctl", "mount"} <= denied
    assert not denied & {"execve", "fork", "setresuid", "kill", "capset", "seccomp", "prctl"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_image_takes_no_set_uid_bits_and_keeps_no_secrets(language: str) -> None:
    text = images.context(language).files["Dockerfile"].decode()
    # Everything is installed by the one script that strips the bits; only the tools' stage,
    # of which single files are taken, leaves the bundle lying about.
    final = text.rpartition("FROM ${BASE}\n")[2]
    assert "apt-get" not in text
    assert "rm -rf" in final
    assert "ENV SSL" not in text


def test_bootstrap_without_the_tool_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if os.geteuid() != 0:
        pytest.skip("the message for those who are not root comes first")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("codegen.sandbox.bootstrap._SYSTEM_PATH", "")
    with pytest.raises(UsageError, match="debootstrap is not installed; install it"):
        bootstrap(DockerClient(version="1.41"), mirror="", on_event=print)


@pytest.mark.docker
def test_build_is_idempotent(client: DockerClient) -> None:
    lines: list[str] = []
    images_build.ensure_images(["python"], lines.append)
    image = images.current(client, "python")
    lines.clear()
    images_build.ensure_images(["python"], lines.append)
    assert build(client, "python", Options(base=image.base), lines.append) == image.tag
    assert lines == [f"python: {image.tag} is current"]
    assert images.current(client, "python").id == image.id


@pytest.mark.docker
def test_image_has_no_set_uid_file_and_no_bundle_left(client: DockerClient) -> None:
    images_build.ensure_images(["python"])
    found = client.containers.run(
        images.current(client, "python").id,
        ["-c", "find / -xdev -perm /6000 -type f; ls -A /tmp; env"],
        entrypoint="sh",
        network_mode="none",
        remove=True,
    )
    assert {line.partition("=")[0] for line in found.decode().split()} <= {
        "HOME",
        "HOSTNAME",
        "PATH",
        "PWD",
    }


@pytest.mark.docker
def test_failed_build_shows_its_last_lines(client: DockerClient, empty_base: str) -> None:
    with pytest.raises(SandboxError, match=r"building the image of python failed") as caught:
        build(client, "python", Options(base=empty_base), lambda _: None)
    assert "Step " in str(caught.value)
    assert len(str(caught.value).splitlines()) <= 44


@pytest.mark.docker
def test_base_that_is_nowhere_is_named(client: DockerClient) -> None:
    with pytest.raises(UsageError, match=r"codegen-test/absent:1 is not on this machine.*--base"):
        ensure_base(client, "codegen-test/absent:1", "", lambda _: None)


@pytest.mark.docker
def test_stale_image_is_listed_and_pruned(client: DockerClient) -> None:
    images_build.ensure_images(["python"])
    image = images.current(client, "python")
    stale = f"codegen/python:{uuid.uuid4().hex[:12]}"
    labels = {images.LANGUAGE: "python", images.CONTEXT: "0" * 64, images.BASE: image.base}
    dockerfile = f"FROM {image.tag}\n".encode()
    client.images.build(fileobj=io.BytesIO(dockerfile), tag=stale, labels=labels, rm=True)
    rows = {row.image.tag: row.state for row in images.listed(client, "python") if row.image}
    assert rows[stale] == "stale"
    assert rows[image.tag] == "current"
    assert images.current(client, "python").id == image.id
    assert stale in images.prune(client, "python")
    assert images.current(client, "python").id == image.id
    assert stale not in {row.image.tag for row in images.listed(client, "python") if row.image}


@pytest.mark.docker
def test_command_list_shows_tag_size_and_state(client: DockerClient) -> None:
    images_build.ensure_images(["python"])
    shown = CliRunner().invoke(command, ["list", "py"], catch_exceptions=False)
    assert shown.exit_code == 0
    line = next(line for line in shown.output.splitlines() if " current " in line)
    assert images.current(client, "python").tag in line
    assert " MiB" in line


@pytest.mark.docker
def test_command_build_says_what_is_current(client: DockerClient) -> None:
    images_build.ensure_images(["python"])
    shown = CliRunner().invoke(command, ["build", "python"], catch_exceptions=False)
    assert shown.exit_code == 0
    assert images.current(client, "python").tag in shown.stdout


@pytest.mark.docker
@pytest.mark.usefixtures("client")
def test_command_verify_prints_the_versions() -> None:
    images_build.ensure_images(["python"])
    shown = CliRunner().invoke(command, ["verify", "python"], catch_exceptions=False)
    assert shown.exit_code == 0
    assert "python: works" in shown.stdout
    assert "Python 3." in shown.stdout


@pytest.mark.docker
@pytest.mark.slow
def test_build_on_another_base_is_found_and_told_apart(client: DockerClient) -> None:
    name = f"codegen-test/base:{uuid.uuid4().hex[:8]}"
    default = ensure_base(client, images.DEFAULT_BASE, "", print)
    dockerfile = f"FROM {images.DEFAULT_BASE}\nLABEL other=base\n".encode()
    client.images.build(fileobj=io.BytesIO(dockerfile), tag=name, rm=True)
    try:
        tag = build(client, "python", Options(base=name), lambda _: None)
        found = {image.base: image for image in images.existing(client, "python")}
        assert images.context("python").tag(default) != tag
        assert found[name].current
        assert found[name].tag == tag
        client.images.remove(tag)
    finally:
        client.images.remove(name)


def test_commands_name_an_unknown_language() -> None:
    with pytest.raises(UsageError, match="cobol"):
        CliRunner().invoke(command, ["list", "cobol"], catch_exceptions=False)
