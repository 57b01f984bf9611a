"""Run native tests on solution.py and attest each of them on the private channel.

    unit.py pytest|script shared|imported

`pytest` runs test_solution.py under pytest with a pinned configuration; `script` runs it from top to
bottom as one test. `shared` puts the solution's names into the tests' namespace; `imported` leaves it to
the tests to import `solution`. One frame comes in: the `nonce`, the names of the `tests` and their `source`, which is
on no disk; one reply goes out for each test as it is done, and a last one, `end`, with whatever else was
run. `guard` attests; this file tells it what happened by audit events.

In the tests most literals stand among others like them, and a function of the name `same` is asked which of
them a value equals: only the outside knows which it has to be. Where the tests assert nothing but such
`claims`, no other look for tampering is needed.
"""

import json
import os
import sys
import types

import channel
import guard
import lent
import liars
import soundness

_audit, _exec, _compile, _enumerate, _text, _show = sys.audit, exec, compile, enumerate, str, repr
_type, _function, _attribute = type, types.FunctionType, types.ModuleType.__getattribute__
_set_attribute = types.ModuleType.__setattr__
_MOST = 4000
OURS = ("solution.py", "test_solution.py")
PATH = os.path.abspath("test_solution.py")


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


def load(path, namespace):
    with open(path, "rb") as file:
        run(file.read(), path, namespace)


def run(source, path, namespace):
    _exec(_compile(source, path, "exec", dont_inherit=True), namespace)


def same(value, candidates, number):
    """Tell which of the candidates a value equals, or is near; fail where it is none of them."""
    equal = [
        _text(at)
        for at, one in _enumerate(candidates)
        if (one(value) if _type(one) is _function else value == one)
    ]
    _audit(guard.EVENT, "same", number, ",".join(equal))
    if not equal:
        raise AssertionError("codegen-claim " + number + ": " + shown(value))
    return True


def shown(value):
    try:
        return _show(value)[:_MOST]
    except Exception:
        return "something that cannot be shown"


class Tests:
    """The tests as they came, compiled before the program is there."""

    def __init__(self, order, rewrite):
        self.name, self.claims = order.pop("same"), order.pop("claims")
        self.names, self.meant = order["tests"], order.pop("meant")
        source = order.pop("source").encode()
        self.marked = b"pytestmark" in source and b"parametrize" in source
        self.expects_failure = b"xfail" in source or b"expectedFailure" in source
        self.code = self.error = None
        try:
            self.code = _compile(
                rewrite(source) if rewrite else source, PATH, "exec", dont_inherit=True
            )
        except Exception as error:
            self.error = error

    def run(self, namespace):
        if self.error is not None:
            raise self.error
        namespace[self.name] = same
        namespace[self.name + "_star"] = lambda: lent.star(
            __import__("solution"), namespace, self.meant
        )
        _exec(self.code, namespace)

    def functions(self, namespace):
        """Return the function of each test, as the tests' text has made it."""
        found = {}
        for name in self.names:
            holder, _, method = name.partition("::")
            item = namespace.get(holder)
            if method and isinstance(item, type):
                item = vars(item).get(method)
            item = getattr(item, "__func__", item)
            found[name] = None if replaced(item) else item
        return found


def replaced(function):
    """Whether what stands for a test is the program's, and not a wrapper of it around a test."""
    code = getattr(function, "__code__", None)
    name = os.path.basename(getattr(code, "co_filename", ""))
    return name == "solution.py" and not hasattr(function, "__wrapped__")


class Watched(types.ModuleType):
    """The tests' module: who looks into it from without, or changes it, is noted."""

    def __getattribute__(self, name):
        _audit(guard.EVENT, "look")
        return _attribute(self, name)

    def __setattr__(self, name, value):
        _audit(guard.EVENT, "look")
        _set_attribute(self, name, value)


def asserting(source):
    """Return the syntax tree of tests whose assertions say what they compared."""
    import ast

    from _pytest.assertion.rewrite import rewrite_asserts

    tree = ast.parse(source, PATH)
    rewrite_asserts(tree, source, PATH)
    return tree


def script(shared, tests):
    main = types.ModuleType("__main__")
    main.__file__ = "solution.py" if shared else "test_solution.py"
    sys.modules["__main__"] = main
    sys.argv = [main.__file__]
    sound = soundness.Check()
    outcome, message = "passed", ""
    try:
        if shared:
            main = load_beside(main, tests)
        main.__builtins__ = lent.Builtins()
        tests.run(main.__dict__)
    except SystemExit:
        raise
    except BaseException as error:
        outcome, message = describe(error)
        outcome = "error" if outcome == "passed" else outcome
    reason = sound.replaced()
    if not reason and not tests.claims and outcome == "passed":
        reason = sound.reason(main.__dict__) or unnoticed()
    _audit(guard.EVENT, "test", "script", outcome, message)
    _audit(guard.EVENT, "end", reason, "")


def load_beside(main, tests):
    """Load the program into the scope of its tests, and return that.

    It is a module as any other meanwhile: what it does where it is run itself, nobody asks for.
    """
    main.__name__ = "solution"
    sys.modules["solution"] = main
    load("solution.py", main.__dict__)
    main.__name__ = "__main__"
    main = lent.apart(main, tests.meant)
    sys.modules["__main__"] = main
    return main


def unnoticed():
    """Return what no longer fails as it has to."""
    number = int.from_bytes(os.urandom(2), "big")
    try:
        run(f"assert {number} == {number + 1}".encode(), "test_solution.py", {})
    except BaseException as error:
        return "" if describe(error)[0] == "failed" else "describe"
    return "assert"


class Plugin:
    """Tells of tests as pytest finishes them. Instances of a parametrised test count as one."""

    def __init__(self):
        self.planted, self.broken = [], ""
        self.functions, self.expects_failure = {}, False

    def pytest_collection_modifyitems(self, items):
        for item in items:
            _audit(guard.EVENT, "collected", base(item.nodeid))

    def pytest_collectreport(self, report):
        if report.failed:
            self.broken = crash(report)[:_MOST]

    def pytest_runtest_call(self, item):
        name = base(item.nodeid)
        if name in self.functions:
            ran = item.obj
            if getattr(ran, "__func__", ran) is not self.functions[name]:
                _audit(guard.EVENT, "foul", "another function ran as a test")

    def pytest_runtest_logreport(self, report):
        outcome, message = reported(report)
        if not self.expects_failure and hasattr(report, "wasxfail"):
            outcome, message = "error", "the program called the failure expected: " + message
        _audit(guard.EVENT, "phase", base(report.nodeid), report.when, outcome, message[:_MOST])

    def pytest_report_teststatus(self, report):
        return ("", "", "") if base(report.nodeid) in self.planted else None


def base(nodeid):
    return nodeid.partition("::")[2].partition("[")[0]


def reported(report):
    if report.skipped:
        place, reason = skipped(report)
        if place == "solution.py":
            return "error", "the program skipped the test: " + reason
        return ("passed" if hasattr(report, "wasxfail") else "skipped"), reason
    if report.failed:
        return ("failed" if assertion(report) else "error"), crash(report)
    return "passed", ""


def skipped(report):
    """Return the file that skipped a test, or called it an expected failure, and the reason."""
    longrepr = report.longrepr
    if isinstance(longrepr, tuple):
        return os.path.basename(longrepr[0]), str(longrepr[2])
    reason = str(getattr(report, "wasxfail", ""))
    called = (
        "XFailed"
        in str(getattr(getattr(longrepr, "reprcrash", None), "message", "")).partition(":")[0]
    )
    return (innermost(longrepr).partition(":")[0] if called else ""), reason


def assertion(report):
    first = crash(report).split("\n")[0]
    return first.startswith(("AssertionError", "assert ", "Failed", "[XPASS")) or not first


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


def under_pytest(shared, tests):
    import pytest

    # a mark that parametrises the whole module wants arguments that no test of ours has
    planted = {} if tests.claims or tests.marked else soundness.canaries()
    names = [name if name[:5] == "test_" else name + "::test_" + name[4:] for name in planted]
    for name in names:
        _audit(guard.EVENT, "canary", name)
    session, plugin = _SESSION
    prepare(shared, planted, tests, plugin)
    sound = soundness.Check()
    plugin.planted, plugin.expects_failure = names, tests.expects_failure
    session.config.get_terminal_writer()._file = sys.stdout
    try:
        session.config.hook.pytest_collection(session=session)
        session.config.hook.pytest_runtestloop(session=session)
    except BaseException:
        pass  # whatever ended the session: what is missing in the attestation says enough
    module = sys.modules.get("test_solution")
    reason = sound.replaced()
    if module is not None and not tests.claims:
        reason = sound.reason(vars(module))
    _audit(guard.EVENT, "end", reason, plugin.broken)


def prepare(shared, planted, tests, plugin):
    """Have the tests' module start with the solution's names, and hold the canaries at both ends."""
    from _pytest.assertion.rewrite import AssertionRewritingHook

    execute = AssertionRewritingHook.exec_module
    first = dict(list(planted.items())[::2])

    def exec_module(self, module):
        if module.__name__ != "test_solution":
            return execute(self, module)
        namespace = module.__dict__
        namespace.update(first, __builtins__=lent.Builtins())
        if not tests.claims:
            module.__class__ = Watched
        if shared:
            lent.lend(vars(__import__("solution")), namespace, tests.meant)
        tests.run(namespace)
        lent.withdrawn(lent.program(), namespace)
        plugin.functions = tests.functions(namespace)
        if "pytest_generate_tests" in namespace:
            namespace["pytest_generate_tests"] = sparing(
                planted, namespace["pytest_generate_tests"]
            )
        namespace.update(planted)

    AssertionRewritingHook.exec_module = exec_module


def sparing(planted, generate):
    """Return the tests' hook; the canaries have none of the arguments that it may give."""

    wanted = getattr(getattr(generate, "__code__", None), "co_argcount", 1)

    def pytest_generate_tests(metafunc):
        if metafunc.function.__name__ not in planted:
            generate(*(metafunc,)[:wanted])

    return pytest_generate_tests


def main():
    sys.dont_write_bytecode = True
    form, scope = sys.argv[1:3]
    order = json.loads(channel.receive())
    trusted, callers = [_OWN], [script, same, liars.objects]
    if form == "pytest":
        trusted.append(_FRAMEWORK)
        callers = [
            under_pytest,
            Plugin.pytest_collection_modifyitems,
            Plugin.pytest_runtest_logreport,
            same,
            liars.objects,
        ]
    tests = Tests(order, asserting if form == "pytest" else None)
    if tests.code is not None:
        trusted.append(guard.fixed(guard.nested(tests.code, {})))
    order["private"] = not tests.claims  # claims do not give away what is expected
    guard.install(order, sys._getframe(), trusted, callers)
    del order
    {"pytest": under_pytest, "script": script}[form](scope == "shared", tests)


_OWN = guard.fixed(guard.codes(sys.modules[__name__], soundness, lent, liars))
_FRAMEWORK = guard.fixed({})


def _no_source(_):
    return None, -1


_ARGV = [
    "-q",
    "-p",
    "no:cacheprovider",
    "-p",
    "no:faulthandler",
    "--noconftest",
    "--rootdir=.",
    "-c",
    os.devnull,
    "--import-mode=prepend",
    "--tb=short",
    "--no-header",
    "--no-summary",
    "--capture=no",
    "test_solution.py",
]
_SESSION = None


def begin_session():
    """Do what pytest does before it looks for tests, which is the same for all jobs."""
    global _FRAMEWORK, _SESSION
    try:
        from _pytest._code import code
        from _pytest.config import _prepareconfig
        from _pytest.main import Session
    except ImportError:
        return  # without pytest only scripts are tests
    # to find the lines of a traceback, which nobody reads, it would look at every module
    code.findsource = _no_source
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugin = Plugin()
    config = _prepareconfig(_ARGV, [plugin])
    session = Session.from_config(config)
    config._do_configure()
    config.hook.pytest_sessionstart(session=session)
    del os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"]
    _FRAMEWORK = guard.fixed(guard.codes(*guard.framework()))
    _SESSION = session, plugin
