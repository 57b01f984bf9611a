"""Attests native tests from behind an audit hook, where the program does not easily reach.

Program and tests share this process, so no secret in it is safe for certain. What is done: the nonce
lives in a hook that Python code can neither list nor trace and that the garbage collector does not show;
it believes only calls of our own functions, made when nothing but the test framework is on the stack; and
it wants tests planted under random names to be seen failing. Inside the hook only C functions that were
kept from the start are called, so that no patched one ever finds the hook's frames below its own.

Not here: what the program does through raw memory (ctypes), which cannot be told from the framework.
"""

import gc
import hashlib
import json.encoder
import os
import sys
import types

import _thread

EVENT = "codegen.unit"
# How a first frame is come by; from there `f_back` leads to the tests, and to what they expect.
_FRAMES = (
    "sys._getframe",
    "sys._current_frames",
    "sys._current_exceptions",
    "sys.settrace",
    "sys.setprofile",
)
# What a test does is not changed under it.
_WRITTEN = ("__code__", "__defaults__", "__kwdefaults__")
_FRAME_OF = ("tb_frame", "gi_frame", "cr_frame", "ag_frame", "__code__")
_PASSING_ON = tuple(  # stand for whoever calls them
    os.path.join(os.path.dirname(os.__file__), name) for name in ("inspect.py", "traceback.py")
)
_LIBRARY = os.path.dirname(os.__file__) + os.sep


def codes(*modules):
    """Return the code of every function of these modules and of what is nested in them, by identity.

    Code that is only equal to ours may run in a scope that is not.
    """
    found, classes = {}, set()
    for module in modules:
        waiting = list(vars(module).values())
        for item in waiting:
            kind = type(item)
            if kind is types.FunctionType:
                nested(item.__code__, found)
                if "__wrapped__" in item.__dict__:
                    waiting.append(item.__wrapped__)
            elif kind in (classmethod, staticmethod):
                waiting.append(item.__func__)
            elif kind is property:
                waiting.append(item.fget)
            elif (
                isinstance(item, type)
                and item not in classes
                and item.__module__ == module.__name__
            ):
                classes.add(item)
                waiting.extend(vars(item).values())
    return found


def nested(code, found):
    """Add a code object and all within it."""
    if id(code) not in found:
        found[id(code)] = code
        for inner in code.co_consts:
            if type(inner) is types.CodeType:
                nested(inner, found)
    return found


def fixed(found):
    """Return code objects as something that nobody changes: their identities, and themselves, which keeps these."""
    return frozenset(found), tuple(found.values())


def framework():
    """Return the modules of the test framework, with those that pytest loads when it starts."""
    import unittest.case

    from _pytest.config import default_plugins

    for name in default_plugins:
        __import__("_pytest." + name)
    named = list(sys.modules.items())
    return [
        module
        for name, module in named
        if name.partition(".")[0] in ("_pytest", "pluggy", "contextlib", "unittest")
    ]


def install(order, base, trusted, callers):
    """Take the order and attest from now on; `base` is the lowest frame of ours.

    `callers` are the functions that are believed; what `trusted` has as `fixed` may be on the stack above `base`.
    """
    gc.freeze()
    hook = _hook(order, base, tuple(trusted), tuple(one.__code__ for one in callers))
    gc.freeze()
    sys.addaudithook(hook)


def _hook(order, base, trusted, callers):
    nonce, tests = order["nonce"], tuple(order["tests"])
    quote, write, getframe = json.encoder.encode_basestring_ascii, os.write, sys._getframe
    freeze, frozen_count, exact, text, whole, size = (
        gc.freeze,
        gc.get_freeze_count,
        type,
        str,
        tuple,
        len,
    )
    refused, paths, identity = PermissionError, (str, bytes), id
    sha256, waiting = hashlib.sha256, dict.fromkeys(tests)
    canaries, counts, calls, ends, worst, extra = {}, {}, {}, {}, {}, []
    answers, foul = {}, []
    done, most, looked, busy, thread = [], 4000, [], set(), _thread.get_ident
    private, frames, frame_of = order["private"], _FRAMES, _FRAME_OF
    writes, written = ("object.__setattr__", "object.__delattr__"), _WRITTEN
    library, passing_on, walkers = _LIBRARY, _PASSING_ON, ("walk_tb", "walk_stack")
    tests_file, function = os.path.abspath("test_solution.py"), types.FunctionType
    ranks = {"passed": 0, "skipped": 1, "error": 2, "failed": 3}

    def among(code, codes):
        for one in codes:
            if one is code:
                return True
        return False

    def known(number):
        for numbers, _ in trusted:
            if number in numbers:
                return True
        return False

    def pure(at):
        """Whether the caller is ours and nothing of the program is on the stack."""
        if not among(at.f_code, callers):
            return False
        while at is not None and at is not base:
            if not known(identity(at.f_code)):
                return False
            at = at.f_back
        return at is base

    def send(body):
        payload = ("{" + body + "}").encode()
        data = size(payload).to_bytes(4, "big") + payload
        while data:
            data = data[write(4, data) :]

    def sealed(name, outcome):
        return quote(sha256((nonce + "\0" + name + "\0" + outcome).encode()).hexdigest()[:32])

    def told(name, outcome, message):
        return quote(name) + "," + quote(outcome) + "," + quote(message[:most])

    def test(name, outcome, message):
        if name in waiting:
            del waiting[name]
            body = '"name":' + quote(name) + ',"outcome":' + quote(outcome)
            body += ',"claims":[' + ",".join(answers) + "]"
            answers.clear()
            send(body + ',"message":' + quote(message[:most]) + ',"seal":' + sealed(name, outcome))
        elif name not in tests:
            extra.append("[" + told(name, outcome, message) + "]")

    def phase(name, when, outcome, message):
        if outcome != "passed":
            old = worst.get(name)
            if old is None or ranks[outcome] > ranks[old[0]]:
                worst[name] = (outcome, message)
        if when == "call" and outcome != "skipped":
            calls[name] = calls.get(name, 0) + 1
        if when == "teardown":
            ends[name] = ends.get(name, 0) + 1
            if ends[name] == counts.get(name):
                finished(name)

    def finished(name):
        found = worst.get(name)
        if name in canaries:
            canaries[name] = found is not None
        elif found is not None:
            test(name, found[0], found[1])
        elif calls.get(name, 0) < counts[name]:
            test(name, "missing", "")
        else:
            test(name, "passed", "")

    def end(reason, broken):
        for name in whole(waiting):
            test(name, "error" if broken else "missing", broken)
        if not broken and False in canaries.values():
            reason = reason or "a test that has to fail did not"
        if foul:
            reason = reason or foul[0]
        if looked:
            reason = reason or "the program looked into its tests"
        body = '"end":true,"extra":[' + ",".join(extra) + '],"canary":' + quote(reason)
        done.append(1)
        send(body + ',"broken":' + quote(broken[:most]) + ',"seal":' + sealed("", "end"))

    def order_of(what, arguments):
        if done:
            return
        for one in arguments:
            if exact(one) is not text:
                return
        if what == "look":
            look(getframe(3))
            return
        clean = pure(getframe(2))
        if what == "canary" and clean:
            canaries[arguments[0]] = False
        elif what == "collected" and clean:
            counts[arguments[0]] = counts.get(arguments[0], 0) + 1
        elif (
            what == "phase"
            and arguments[2] in ranks
            and (clean or arguments[2] in ("failed", "error"))
        ):
            phase(arguments[0], arguments[1] if clean else "", arguments[2], arguments[3])
        elif what == "same" and clean:
            answers[quote(arguments[0] + ":" + arguments[1])] = None
        elif what == "same":
            foul.append("an assertion ran within the program")
        elif what == "foul":
            foul.append(arguments[0])
        elif what == "test" and clean:
            test(arguments[0], arguments[1], arguments[2])
        elif what == "end" and clean:
            end(arguments[0], arguments[1])

    def ours(item):
        """Whether something is a function of the tests, or of what runs them."""
        return exact(item) is function and known(identity(item.__code__))

    def look(at):
        """Note where it is the program itself that asks for a frame, and not a library for its own ends."""
        code = at.f_code
        if code.co_filename == passing_on[1] and code.co_name in walkers:
            at = at.f_back
        while at is not None and at.f_code.co_filename == passing_on[0]:
            at = at.f_back
        if at is None or known(identity(at.f_code)):
            return
        path = at.f_code.co_filename
        if path[: size(library)] != library and path != tests_file:
            looked.append(1)

    def hook(event, arguments):
        if event == EVENT:
            busy.add(thread())  # our own looks ask for frames as well
            order_of(arguments[0], arguments[1:])
            busy.discard(thread())
        elif private and (
            event in frames or (event == "object.__getattr__" and arguments[1] in frame_of)
        ):
            if thread() not in busy:
                busy.add(thread())
                if arguments[1:] != ("__code__",) or ours(arguments[0]):
                    look(getframe(1))
                busy.discard(thread())
        elif event in writes and arguments[1] in written and ours(arguments[0]):
            foul.append("a function of the tests was changed")
        elif event[:7] == "gc.get_":
            # to count what is frozen walks through all of it: not where we look ourselves
            busy.add(thread())
            if not pure(getframe(1)) and not frozen_count():
                freeze()  # somebody has thawed what the collector is not to show
            busy.discard(thread())
        elif event == "open" and arguments:
            path = arguments[0]
            if (
                exact(path) in paths
                and path[-4:] in ("/mem", b"/mem")
                and path[:6] in ("/proc/", b"/proc/")
            ):
                raise refused(path)

    return hook
