"""A network between the run and its model that loses packets, and for a while all of them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

NEEDED = ("unshare", "ip", "iptables")
# In a network namespace of its own: the model's server, the rules, and the run.
INSIDE = """
import subprocess, sys, threading, time
from tests.cli.test_synthesize_server import Server

LOSS = ["-m", "statistic", "--mode", "random", "--probability", "0.05", "-j", "DROP"]

def rule(*words):
    subprocess.run(["iptables", "-w", *words], check=True)

def cut():
    "Nothing comes through for two seconds; what was sent meanwhile comes late or never."
    time.sleep(6)
    rule("-I", "INPUT", "1", "-j", "DROP")
    time.sleep(2)
    rule("-D", "INPUT", "1")

subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
with Server() as server:
    if sys.argv[1] == "bad":
        rule("-A", "INPUT", *LOSS)
        threading.Thread(target=cut, daemon=True).start()
    command = [sys.executable, "-m", "codegen", "synthesize", "--sandbox", "local", "--langs", "py"]
    command += ["--target", "2", "--inputs", "6", "--derive", "none", "--cpu", "2"]
    command += ["--model", "teacher", "--base-url", server.url, "--out", sys.argv[2]]
    done = subprocess.run(command, capture_output=True, text=True, timeout=250)
    sys.stderr.write(done.stderr)
    sys.exit(done.returncode)
"""


def run(network: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "--net", sys.executable, "-c", INSIDE, network, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, timeout=280)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the rights to make a network namespace")
def test_a_network_that_loses_packets_changes_no_record(tmp_path: Path) -> None:
    missing = [one for one in NEEDED if shutil.which(one) is None]
    if missing:
        pytest.skip(f"not here: {', '.join(missing)}")
    summaries, files = [], []
    for network in ("good", "bad"):
        done = run(network, tmp_path / network)
        assert done.returncode == 0, done.stderr
        summaries.append(json.loads((tmp_path / network / "summary.json").read_text()))
        rows = (tmp_path / network / "examples.jsonl").read_text().splitlines()
        files.append([json.loads(row)["id"] for row in rows])
    assert files[0] == files[1] and files[0]
    made = [one["journal"]["calls_made"] for one in summaries]
    assert made[0] == made[1] > 0
