"""llm-sandbox (PyPI) with its pool on our images: what others' sandbox makes of the same programs.

It gets a virtual environment of its own under the user's cache folder, and images made from ours
with what it expects in them. It judges nothing: a program counts as run when it ends with exit
code 0. It is measured where it runs just what the plain command runs: Python, C++, JavaScript (its
Go and Java are `go run` and `java File.java`, which do less; it has no Rust and no TypeScript).
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.humaneval_rows import Bare
from codegen.sandbox import images
from codegen.sandbox.docker_client import connect

LANGUAGES = {"python": "python", "cpp": "cpp", "javascript": "javascript"}
_FOLDER = Path.home() / ".cache" / "codegen" / "peers" / "llm-sandbox"
# It runs Python from a virtual environment, which without a network it cannot make.
_DOCKERFILE = """
FROM {image}
RUN mkdir -p /sandbox/.sandbox-venv/bin
RUN ln -s "$(command -v python3)" /sandbox/.sandbox-venv/bin/python
WORKDIR /sandbox
ENTRYPOINT []
CMD ["sleep", "infinity"]
"""
_DRIVER = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
from llm_sandbox.pool import PoolConfig, PooledSandboxSession, create_pool_manager
order = json.load(sys.stdin)
size = order["slots"]
pool = create_pool_manager(
    backend="docker", lang=order["language"], image=order["image"], skip_environment_setup=True,
    config=PoolConfig(max_pool_size=size, min_pool_size=size),
)
def one(code):
    with PooledSandboxSession(pool_manager=pool) as session:
        done = session.run(code)
    return "" if done.exit_code == 0 else (done.stdout + done.stderr)[-500:] or "failed"
def timed(programs):
    begun = time.perf_counter()
    with ThreadPoolExecutor(size) as threads:
        failed = list(filter(None, threads.map(one, programs)))
    return time.perf_counter() - begun, failed
timed(order["programs"][: 2 * size])
seconds, failed = timed(order["programs"])
pool.close()
print(json.dumps({"seconds": seconds, "failed": failed[:3]}))
"""


def peer_rate(language: str, bares: Sequence[Bare], slots: int) -> float | None:
    """Return its programs per second, or None where it cannot be compared."""
    if language not in LANGUAGES:
        return None
    order = {
        "language": LANGUAGES[language],
        "image": _image(language),
        "programs": [next(iter(one.files.values())) for one in bares],
        "slots": slots,
    }
    done = subprocess.run(
        [str(_python()), "-c", _DRIVER], input=json.dumps(order), capture_output=True, text=True
    )
    try:
        said = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        raise SystemExit(f"llm-sandbox could not be measured:\n{done.stderr[-2000:]}") from None
    if said["failed"]:
        raise SystemExit(f"a program fails in llm-sandbox:\n{said['failed'][0]}")
    return len(bares) / float(said["seconds"])


def _python() -> Path:
    python = _FOLDER / "bin" / "python"
    if not (_FOLDER / "installed").exists():
        subprocess.run([sys.executable, "-m", "venv", str(_FOLDER)], check=True)
        install = (python, "-m", "pip", "install", "--quiet", "llm-sandbox[docker]")
        subprocess.run(install, check=True)
        (_FOLDER / "installed").touch()
    return python


def _image(language: str) -> str:
    client = connect()
    try:
        image = images.current(client, language)
        tag = f"codegen-benchmark/{language}"
        text = _DOCKERFILE.format(image=image.tag)
        client.images.build(fileobj=io.BytesIO(text.encode()), tag=tag, rm=True)
        return tag
    finally:
        client.close()
