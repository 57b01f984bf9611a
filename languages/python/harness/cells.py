"""Runs notebook cells one after another in one process, inside the sandbox; imports nothing of ours.

It reads `.codegen-cells.json` and writes what came of each cell to `.codegen-results.json` after
every one, so that a process which ends early still tells of those before. The cells share its
process: nothing that it writes is evidence of anything.
"""

import ast
import asyncio
import builtins
import contextlib
import inspect
import io
import json
import os
import signal
import sys
import traceback

SOURCE, RESULTS = ".codegen-cells.json", ".codegen-results.json"


class CellTimeout(BaseException):
    """A cell has used up its time."""


def out_of_time(number, frame):
    raise CellTimeout


def run_cell(code, scope, loop, seconds):
    shown = []
    scope["display"] = builtins.display = lambda *values: shown.extend(map(as_shown, values))
    out, err, failed = io.StringIO(), io.StringIO(), []
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            value = evaluated(code, scope, loop)
            if value is not None:
                shown.append(as_shown(value))
        except CellTimeout:
            message = "the cell took more than %g s" % seconds
            failed.append({"ename": "TimeoutError", "evalue": message, "traceback": [message]})
        except BaseException as error:
            failed.append(as_error(error))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    return {
        "stdout": out.getvalue(),
        "stderr": err.getvalue(),
        "display": shown,
        "error": failed,
    }


def evaluated(code, scope, loop):
    tree = ast.parse(code, "<cell>")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    result = eval(compile(tree, "<cell>", "exec", flags), scope)
    if inspect.iscoroutine(result):
        loop.run_until_complete(result)
    if last is None:
        return None
    result = eval(compile(ast.Expression(last.value), "<cell>", "eval", flags), scope)
    return loop.run_until_complete(result) if inspect.iscoroutine(result) else result


def as_shown(value):
    found = {"text/plain": repr(value)}
    html = getattr(value, "_repr_html_", None)
    if callable(html) and not isinstance(value, type):
        found["text/html"] = str(html())
    return found


def as_error(error):
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename != "<cell>":
        trace = trace.tb_next  # the frames before are ours
    lines = traceback.format_exception(type(error), error, trace)
    return {"ename": type(error).__name__, "evalue": str(error), "traceback": lines}


def main():
    with open(SOURCE, encoding="utf-8") as stream:
        asked = json.load(stream)
    signal.signal(signal.SIGALRM, out_of_time)
    sys.path.insert(0, os.getcwd())
    loop, scope, results = asyncio.new_event_loop(), {"__name__": "__main__"}, []
    for code in asked["cells"]:
        results.append(run_cell(code, scope, loop, asked["cell_timeout"]))
        with open(RESULTS + ".part", "w", encoding="utf-8", errors="backslashreplace") as stream:
            json.dump(results, stream)
        os.replace(RESULTS + ".part", RESULTS)


main()
