#!/bin/sh
# pytest, ruff and pyrefly. Where the system has them (as in the image) there is nothing to do; else
# the distributions of the Python that codegen runs in are copied, so that nothing is downloaded.
set -eu
mkdir -p "$OUT/bin" "$OUT/site"
if python3 -I -c 'import pytest' 2>/dev/null && command -v ruff >/dev/null && command -v pyrefly >/dev/null; then
    exit 0
fi
"$CODEGEN_PYTHON" - "$OUT" <<'PY'
import importlib.metadata as metadata
import pathlib
import re
import shutil
import sys

out = pathlib.Path(sys.argv[1])
waiting, seen = ["pytest", "ruff", "pyrefly"], set()
while waiting:
    name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
    if name in seen:
        continue
    seen.add(name)
    try:
        distribution = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        continue  # an optional dependency, or one for another platform
    for file in distribution.files or ():
        source = pathlib.Path(distribution.locate_file(file))
        if not source.is_file() or source.suffix == ".pyc":
            continue
        if file.parts[0] == "..":
            if source.name in ("ruff", "pyrefly"):
                shutil.copy2(source, out / "bin" / source.name)
            continue
        target = out / "site" / file
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
    for requirement in distribution.requires or ():
        if "extra ==" not in requirement:
            waiting.append(re.match(r"[\w.-]+", requirement)[0])
PY
