"""Prepare the toolchains of languages, by their names, as the local sandbox does at its start."""

import sys

from codegen.sandbox.environment import load
from codegen.sandbox.local import LocalBackend

backend = LocalBackend()
for name in sys.argv[1:]:
    print(name, backend.digest(load(name)))
