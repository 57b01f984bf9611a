"""Byte-compile each file named; print what is wrong as JSON and exit with 1."""

import json
import sys
import warnings


def complaint(path):
    with open(path, "rb") as file:
        source = file.read()
    try:
        compile(source, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        return {
            "rule": type(error).__name__,
            "message": error.msg,
            "file": path,
            "line": error.lineno or 0,
            "column": error.offset or 0,
        }
    except (ValueError, OverflowError, RecursionError, MemoryError) as error:
        message = str(error) or "too deeply nested to be compiled"
        return {
            "rule": type(error).__name__,
            "message": message,
            "file": path,
            "line": 0,
            "column": 0,
        }
    return None


def main():
    warnings.simplefilter("ignore")
    sys.setrecursionlimit(5000)
    found = [one for one in map(complaint, sys.argv[1:]) if one]
    print(json.dumps(found))
    sys.exit(1 if found else 0)
