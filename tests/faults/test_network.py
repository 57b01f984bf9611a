"""A network between a run and its model that is late, and loses packets, for a while all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

NEEDED = ("unshare", "nsenter", "ip", "iptables")


def run(network: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = ["unshare", "--net", sys.executable, "-m", "tests.faults.between", network]
    return subprocess.run([*command, str(folder)], capture_output=True, text=True, timeout=280)


def told(network: str, folder: Path) -> tuple[dict[str, Any], list[str], str]:
    """Return the summary of a run over such a network, its examples, and what it said."""
    done = run(network, folder)
    assert done.returncode == 0, done.stderr
    summary = json.loads((folder / "summary.json").read_text())
    rows = (folder / "examples.jsonl").read_text().splitlines()
    return summary, [json.loads(row)["id"] for row in rows], done.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="needs the rights to make network namespaces")
def test_a_network_between_two_machines_that_fails_changes_no_record(tmp_path: Path) -> None:
    missing = [one for one in NEEDED if shutil.which(one) is None]
    if missing:
        pytest.skip(f"not here: {', '.join(missing)}")
    calm, expected, _ = told("calm", tmp_path / "calm")
    bad, found, said = told("bad", tmp_path / "bad")
    assert found == expected and found
    made = calm["journal"]["calls_made"]
    assert bad["journal"]["calls_made"] == made > 0
    (before,), (after,) = calm["servers"], bad["servers"]
    assert (before["requests"], before["failures"]) == (made, 0)
    assert after["requests"] > made and after["failures"] > 0
    assert f"{after['requests']:,} requests, {after['failures']:,} failed" in said
