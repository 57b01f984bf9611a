"""Run native tests on solution.py and attest each of them on the private channel.

    unit.py pytest|script shared|imported

`pytest` runs test_solution.py under pytest with a pinned configuration; `script` runs it from top to
bottom as one test. `shared` puts the solution's names into the tests' namespace; `imported` leaves it to
the tests to import `solution`. One frame comes in, `nonce` and the names of the `tests`; one reply goes
out for each of them as it is done, and a last one, `end`, with whatever else was run.
"""

import json
import os
import sys
import types

import channel

_DUMPS, _LOADS, _SEND = json.dumps, json.loads, channel.send
_MOST = 4000
OURS = ("solution.py", "test_solution.py")


class Attest:
    """Sends what became of a test, once for each."""

    def __init__(self, frame):
        order = _LOADS(frame)
        self.nonce = order["nonce"]
        self.waiting = dict.fromkeys(order["tests"])

    def test(self, name, outcome, message=""):
        if name in self.waiting:
            del self.waiting[name]
            self.send({"name": name, "outcome": outcome, "message": message[:_MOST]})

    def end(self, **more):
        for name in list(self.waiting):
            self.test(name, "missing")
        self.send({"end": True, **more})

    def send(self, reply):
        _SEND(_DUMPS({"nonce": self.nonce, **reply}).encode())


def describe(error):
    """Return (outcome, message) of an exception that ended a test."""
    name = type(error).__name__
    failed = isinstance(error, AssertionError) or name == "Failed"
    try:
        text = str(error)
    except Exception:
        text = ""
    place = line_of(error)
    shown = f"{name}: {text}" if text else name
    return ("failed" if failed else "error"), shown + (f"\n  at {place}" if place else "")


def line_of(error):
    found, trace = "", error.__traceback__
    while trace is not None:
        name = os.path.basename(trace.tb_frame.f_code.co_filename)
        if name in OURS:
            found = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return found


def run(path, namespace):
    with open(path, "rb") as file:
        exec(compile(file.read(), path, "exec", dont_inherit=True), namespace)


def script(attest, shared):
    main = types.ModuleType("__main__")
    main.__file__ = "solution.py" if shared else "test_solution.py"
    sys.modules["__main__"] = main
    sys.argv = [main.__file__]
    try:
        if shared:
            run("solution.py", main.__dict__)
        run("test_solution.py", main.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        attest.test("script", *describe(error))
    else:
        attest.test("script", "passed")
    attest.end()


class Plugin:
    """Attests tests as pytest finishes them. Instances of a parametrised test count as one."""

    def __init__(self, attest):
        self.attest = attest
        self.left, self.worst = {}, {}
        self.extra, self.broken = [], ""

    def base(self, nodeid):
        return nodeid.partition("::")[2].partition("[")[0]

    def pytest_collection_modifyitems(self, items):
        for item in items:
            name = self.base(item.nodeid)
            self.left[name] = self.left.get(name, 0) + 1

    def pytest_collectreport(self, report):
        if report.failed:
            self.broken = crash(report)

    def pytest_runtest_logreport(self, report):
        name = self.base(report.nodeid)
        found = self.reported(report)
        if found is not None and found[0] != "passed":
            ranks = ("skipped", "error", "failed")
            old = self.worst.get(name)
            if old is None or ranks.index(found[0]) > ranks.index(old[0]):
                self.worst[name] = found
        if report.when == "teardown":
            self.left[name] -= 1
            if not self.left[name]:
                self.done(name)

    def reported(self, report):
        if report.skipped:
            return None if hasattr(report, "wasxfail") else ("skipped", reason(report))
        return (
            ("failed" if assertion(report) else "error", crash(report)) if report.failed else None
        )

    def done(self, name):
        outcome, message = self.worst.get(name, ("passed", ""))
        if name in self.attest.waiting:
            self.attest.test(name, outcome, message)
        else:
            self.extra.append([name, outcome, message[:_MOST]])


def assertion(report):
    first = crash(report).split("\n")[0]
    return first.startswith(("AssertionError", "assert ", "Failed", "[XPASS")) or not first


def reason(report):
    longrepr = report.longrepr
    return str(longrepr[2]) if isinstance(longrepr, tuple) else ""


def crash(report):
    """Return the exception's message and its place in our two files."""
    at = getattr(report.longrepr, "reprcrash", None)
    if at is None:
        lines = [line[4:] for line in str(report.longrepr).splitlines() if line.startswith("E   ")]
        return "\n".join(lines) or str(report.longrepr)
    place = innermost(report.longrepr)
    return at.message + (f"\n  at {place}" if place else "")


def innermost(longrepr):
    """Return the last place in our two files; the exception may have been raised in a library."""
    entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", ())
    places = [getattr(entry, "reprfileloc", None) for entry in entries]
    found = [place for place in places if place and os.path.basename(place.path) in OURS]
    return f"{os.path.basename(found[-1].path)}:{found[-1].lineno}" if found else ""


def canaries():
    """Return what of the assertion machinery no longer holds; empty when it is sound."""
    import unittest

    import pytest

    def equal():
        unittest.TestCase().assertEqual(1, 2)

    def true():
        unittest.TestCase().assertTrue(False)

    def raises():
        with pytest.raises(ValueError):
            pass

    for check in (equal, true, raises):
        try:
            check()
        except BaseException:
            continue
        return check.__name__
    return "" if pytest.approx(1.0) != 2.0 else "approx"


def under_pytest(attest, shared):
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    import pytest

    if shared:
        share()
    plugin = Plugin(attest)
    argv = [
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:faulthandler",
        "--noconftest",
        "--rootdir=.",
        "-c",
        os.devnull,
    ]
    argv += [
        "--import-mode=prepend",
        "--tb=short",
        "--no-header",
        "--capture=sys",
        "test_solution.py",
    ]
    pytest.main(argv, plugins=[plugin])
    if plugin.broken:
        for name in list(attest.waiting):
            attest.test(name, "error", plugin.broken)
    attest.end(extra=plugin.extra, canary=canaries(), broken=plugin.broken[:_MOST])


def share():
    """Have the tests' module start with the solution's names."""
    from _pytest.assertion.rewrite import AssertionRewritingHook

    execute = AssertionRewritingHook.exec_module

    def exec_module(self, module):
        if module.__name__ == "test_solution":
            names = vars(__import__("solution"))
            module.__dict__.update({key: names[key] for key in names if key[:2] != "__"})
        return execute(self, module)

    AssertionRewritingHook.exec_module = exec_module


def main():
    sys.dont_write_bytecode = True
    form, scope = sys.argv[1:3]
    attest = Attest(channel.receive())
    runner = {"pytest": under_pytest, "script": script}[form]
    runner(attest, scope == "shared")


if __name__ == "__main__":
    main()
