"""Building a toolchain image: an ordinary Dockerfile, the classic builder, a context in memory.

A machine behind a proxy passes its proxy settings and its bundle of certificates to the build;
neither stays in the image's environment, and neither is part of its name.

Not here: which image is current (`codegen.sandbox.images`).
"""

from __future__ import annotations

import io
import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from codegen.errors import SandboxError, UsageError
from codegen.sandbox import bootstrap, images
from codegen.sandbox.docker_client import connect, translated

if TYPE_CHECKING:
    import docker

_KEPT_LINES = 40
_SHOWN = 90
_BUILD_S = 3600
_BUNDLES = ("CODEGEN_CA_BUNDLE", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_PROXIES = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy")
_INDEXES = ("PIP_INDEX_URL", "GOPROXY", "GOSUMDB")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Options:
    """How to build. `mirror` is the Debian mirror that a missing base is made from.

    `ca_bundle` None takes the file that `CODEGEN_CA_BUNDLE`, `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE`
    or `CURL_CA_BUNDLE` names. `fresh` builds anew, without the layers of earlier builds.
    """

    base: str = field(default_factory=images.default_base)
    mirror: str = ""
    ca_bundle: Path | None = None
    fresh: bool = False


def build(
    client: docker.DockerClient, language: str, options: Options, on_event: images.Progress
) -> str:
    """Build the image of a language unless it is current, and return its tag.

    Raises:
        UsageError: no such image or CA bundle; a base that is not here and cannot be had.
        SandboxError: the build failed; the message ends with the log's last lines.
    """
    found = _current(client, language, options)
    if not found:
        bundle = read_bundle(options.ca_bundle)
        with _alone(language, on_event):
            # Whoever held the lock may have built the very same.
            found = _current(client, language, options)
            if not found:
                return _build(client, language, options, bundle, on_event)
    on_event(f"{language}: {found} is current")
    return found


def _current(client: docker.DockerClient, language: str, options: Options) -> str:
    if options.fresh:
        return ""
    found = images.existing(client, language)
    wanted = (image.tag for image in found if image.current and image.base == options.base)
    return next(wanted, "")


def ensure_images(languages: Iterable[str], on_event: images.Progress = lambda _: None) -> None:
    """Build the images that these languages lack. Blocks, for minutes when it has to build.

    Raises:
        UsageError: no permission on the socket, or no image for one of the languages.
        SandboxError: no daemon, or a build failed; the message ends with the build's last lines.
    """
    client = connect()
    try:
        for language in languages:
            if not any(image.current for image in images.existing(client, language)):
                build(client, language, Options(), on_event)
    finally:
        client.close()


@contextmanager
def _alone(language: str, on_event: images.Progress) -> Iterator[None]:
    """Hold the right to build a language's image; processes of one user build one after another."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "codegen"
    try:
        import fcntl  # noqa: PLC0415 - Windows does not have it

        cache.mkdir(parents=True, exist_ok=True)
        lock = (cache / f"image-{language}.lock").open("a")
    except (ImportError, OSError):
        yield  # two builds at once only cost time
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_event(f"{language}: waiting for another build of this image")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(
    client: docker.DockerClient,
    language: str,
    options: Options,
    bundle: bytes,
    on_event: images.Progress,
) -> str:
    base_id = bootstrap.ensure_base(client, options.base, options.mirror, on_event)
    context = images.context(language)
    tag = context.tag(base_id)
    on_event(f"{language}: building {tag} on {options.base}")
    arguments = _arguments(options.base, context.files["Dockerfile"])
    with translated(f"build the image of {language}"):
        log = client.api.build(
            fileobj=io.BytesIO(context.archive(bundle)),
            custom_context=True,
            tag=tag,
            rm=True,
            forcerm=True,
            nocache=options.fresh,
            decode=True,
            timeout=_BUILD_S,
            buildargs=arguments,
            network_mode=_network(arguments),
            labels={
                images.LANGUAGE: language,
                images.CONTEXT: context.sha256,
                images.BASE: options.base,
                images.BASE_ID: base_id,
            },
        )
        _follow(log, language, on_event)
    return tag


def _takes_time(step: str) -> bool:
    """Whether somebody who waits would want to know; labels and copies are done in no time."""
    return " : RUN " in step or " : FROM " in step


def _follow(log: Iterable[Mapping[str, Any]], language: str, on_event: images.Progress) -> None:
    kept: deque[str] = deque(maxlen=_KEPT_LINES)
    failure = ""
    for entry in log:
        for line in str(entry.get("stream", "")).splitlines():
            if line.strip():
                kept.append(line.rstrip())
            if line.startswith("Step ") and _takes_time(line):
                on_event(f"{language}: {shorten(line, _SHOWN, placeholder=' …')}")
        # Read on to the end: the connection is released there.
        failure = failure or str(entry.get("error", ""))
    if failure:
        tail = "\n".join(f"    {line}" for line in kept)
        raise SandboxError(
            f"building the image of {language} failed: {failure}\nThe build's last lines:\n{tail}"
        )


def read_bundle(path: Path | None) -> bytes:
    """Return the certificates to build with; empty where neither caller nor environment names any.

    Raises:
        UsageError: the named file cannot be read or holds no certificate.
    """
    source = str(path) if path else ""
    for name in () if path else _BUNDLES:
        candidate = os.environ.get(name, "")
        # Only our own variable is a promise: the others often name a file of another machine.
        if candidate and (name == "CODEGEN_CA_BUNDLE" or Path(candidate).is_file()):
            source = candidate
            break
    if not source:
        return b""
    try:
        content = Path(source).read_bytes()
    except OSError as error:
        raise UsageError(f"CA bundle {source}: {error.strerror}") from error
    if b"-----BEGIN CERTIFICATE-----" not in content:
        raise UsageError(f"CA bundle {source}: holds no certificate in PEM form")
    return content


def _arguments(base: str, dockerfile: bytes) -> dict[str, str]:
    found = {"BASE": base}
    for name in _PROXIES:
        value = os.environ.get(name) or os.environ.get(name.upper())
        if value:
            found[name] = value
    for name in _INDEXES:
        # The builder warns of arguments that the Dockerfile does not ask for.
        if os.environ.get(name) and f"ARG {name}".encode() in dockerfile:
            found[name] = os.environ[name]
    return found


def _network(arguments: Mapping[str, str]) -> str | None:
    """Return `host` for a proxy on this machine's own loopback, which a bridge cannot reach."""
    proxies = (arguments.get(name, "") for name in _PROXIES if name != "no_proxy")
    local = any(urlsplit(proxy).hostname in _LOOPBACK for proxy in proxies if proxy)
    return "host" if local else None
