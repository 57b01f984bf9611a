"""Call a function of solution.py with each frame's arguments and answer with what it returned.

    call.py FUNCTION TYPES       TYPES: a JSON array, the parameters' types and the returned one
    call.py CLASS TYPES          TYPES: a JSON object, see `Driver`

A frame is a JSON array of encoded arguments. That of a class has the constructor's arguments, the
names of the operations and the arguments of each; its value is the array of their results. A reply is one JSON object: `value` (encoded), or
`mismatch` (what was returned is not of the declared type), or `error` (`type`, `message`, `line`).
Expected values are never here; what a program does to this process is its own loss.
"""

import json
import sys
import types

import channel

_MOST_NODES = 2_000_000
_MOST_BYTES = 16 << 20
_LOW, _HIGH = -(1 << 63), (1 << 63) - 1
_SPECIAL = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}
_DUMPS, _LOADS, _TYPE, _REPR = json.dumps, json.loads, type, repr
_SCALARS = {"bool": bool, "int": int, "str": str, "float": float}


class Mismatch(Exception):
    pass


def parse(text):
    """Return (name, arguments) of a type; the text was checked outside."""
    name, _, inner = text.partition("[")
    if not inner:
        return (name, ())
    parts, depth, start = [], 0, 0
    inner = inner[:-1]
    for at, letter in enumerate(inner):
        depth += (letter == "[") - (letter == "]")
        if letter == "," and depth == 0:
            parts.append(inner[start:at])
            start = at + 1
    parts.append(inner[start:])
    return (name, tuple(parse(part.strip()) for part in parts))


def decode(value, kind):
    name, inner = kind
    if name == "float":
        return _SPECIAL[value] if _TYPE(value) is str else float(value)
    if name == "list":
        return [decode(item, inner[0]) for item in value]
    if name == "tuple":
        return tuple(decode(item, each) for item, each in zip(value, inner))
    if name == "map":
        return {decode(key, inner[0]): decode(item, inner[1]) for key, item in value}
    if name == "optional":
        return None if value is None else decode(value, inner[0])
    return value


class Encoder:
    def __init__(self):
        self.nodes = 0
        self.bytes = 0

    def nothing(self, value, where):
        if value is not None:
            raise Mismatch(f"{where} is {article(value)}, declared is nothing")

    def encode(self, value, kind, where="the result"):
        self.nodes += 1
        if self.nodes > _MOST_NODES or self.bytes > _MOST_BYTES:
            raise Mismatch("the result is too large")
        name, inner = kind
        if name == "optional":
            return None if value is None else self.encode(value, inner[0], where)
        if name in _SCALARS:
            return self.scalar(value, name, where)
        wanted = {"list": list, "tuple": tuple, "map": dict}[name]
        if _TYPE(value) is not wanted:
            raise Mismatch(f"{where} is {article(value)}, declared is {shown(kind)}")
        return self.inside(value, kind, where)

    def inside(self, value, kind, where):
        name, inner = kind
        if name == "map":
            return [
                [
                    self.encode(key, inner[0], f"a key of {where}"),
                    self.encode(item, inner[1], f"a value of {where}"),
                ]
                for key, item in dict.items(value)
            ]
        if name == "tuple":
            if len(value) != len(inner):
                raise Mismatch(f"{where} has {len(value)} elements, declared is {shown(kind)}")
            return [
                self.encode(v, k, f"{where}[{i}]") for i, (v, k) in enumerate(zip(value, inner))
            ]
        return [self.encode(item, inner[0], f"{where}[{i}]") for i, item in enumerate(value)]

    def scalar(self, value, name, where):
        if name == "float" and _TYPE(value) is int:
            name = "int"
        if _TYPE(value) is not _SCALARS[name]:
            raise Mismatch(f"{where} is {article(value)}, declared is {name}")
        if name == "int" and not _LOW <= value <= _HIGH:
            raise Mismatch(f"{where} is an int outside the signed 64-bit range")
        if name == "str":
            self.text(value, where)
        if name == "float":
            return special(value)
        return value

    def text(self, value, where):
        self.bytes += len(value)
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise Mismatch(f"{where} is a str that is not valid Unicode") from None


def special(value):
    if value != value:
        return "NaN"
    return {float("inf"): "Infinity", float("-inf"): "-Infinity"}.get(value, value)


def article(value):
    name = _TYPE(value).__name__
    if value is None:
        return "None"
    shown_value = ""
    if _TYPE(value) in (bool, float, str) or (_TYPE(value) is int and _LOW <= value <= _HIGH):
        shown_value = " " + _REPR(value)[:60]
    return ("an " if name[:1] in "aeio" else "a ") + name + shown_value


def shown(kind):
    name, inner = kind
    return f"{name}[{', '.join(map(shown, inner))}]" if inner else name


def line_of(error):
    found, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "solution.py":
            found = trace.tb_lineno
        trace = trace.tb_next
    return found


def failure(error):
    if isinstance(error, SyntaxError) and error.filename == "solution.py":
        line = error.lineno or 0
    else:
        line = line_of(error)
    try:
        message = text(str(error)[:2000])
    except Exception:
        message = ""
    return {"error": {"type": _TYPE(error).__name__, "message": message, "line": line}}


def text(told):
    """Return a text that can be written out: what is half a surrogate pair is replaced."""
    if told.isascii():
        return told
    return told.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def load(function):
    with open("solution.py", "rb") as file:
        code = compile(file.read(), "solution.py", "exec", dont_inherit=True)
    module = types.ModuleType("solution")
    module.__file__ = "solution.py"
    sys.modules["solution"] = module
    exec(code, module.__dict__)
    if function not in module.__dict__:
        raise NameError(f"solution.py defines no function {function}")
    return module.__dict__[function]


def answer(function, arguments, returns):
    try:
        value = function(*arguments)
    except SystemExit:
        raise
    except BaseException as error:
        return failure(error)
    try:
        return {"value": Encoder().encode(value, returns)}
    except Mismatch as error:
        return {"mismatch": str(error)}
    except RecursionError:
        return {"mismatch": "the result is too deeply nested"}


class Caller:
    """Calls a function."""

    def __init__(self, types):
        self.kinds = [parse(text) for text in types]

    def answer(self, function, frame):
        arguments = [decode(value, kind) for value, kind in zip(frame, self.kinds)]
        return answer(function, arguments, self.kinds[-1])


class Driver:
    """Makes an object for each frame and asks it for the operations, one after another.

    The types have `parameters`, and `methods` by their neutral name: `name`, `parameters`,
    `returns` (empty where nothing is returned).
    """

    def __init__(self, types):
        self.made = [parse(text) for text in types["parameters"]]
        self.methods = {
            key: (
                one["name"],
                [parse(text) for text in one["parameters"]],
                parse(one["returns"]) if one["returns"] else None,
            )
            for key, one in types["methods"].items()
        }

    def answer(self, kind, frame):
        given = iter(frame)
        arguments = [decode(next(given), each) for each in self.made]
        names, encoder, results = next(given), Encoder(), []
        where = "the constructor"
        try:
            made = kind(*arguments)
            for number, key in enumerate(names, 1):
                name, kinds, returns = self.methods[key]
                where = f"operation {number}, {key}"
                value = getattr(made, name)(*[decode(next(given), each) for each in kinds])
                results.append(self.encoded(encoder, value, returns, where))
        except SystemExit:
            raise
        except Mismatch as error:
            return {"mismatch": str(error)}
        except BaseException as error:
            return {"error": {**failure(error)["error"], "at": where}}
        return {"value": results}

    def encoded(self, encoder, value, returns, where):
        where = "the result of " + where
        try:
            if returns is None:
                return encoder.nothing(value, where)
            return encoder.encode(value, returns, where)
        except RecursionError:
            raise Mismatch(f"{where} is too deeply nested") from None


def main():
    name, types = sys.argv[1], _LOADS(sys.argv[2])
    caller = Driver(types) if isinstance(types, dict) else Caller(types)
    receive, send = channel.receive, channel.send
    function = broken = None
    first = receive()
    try:
        function = load(name)
    except SystemExit:
        raise
    except BaseException as error:
        broken = failure(error)
    frame = first
    while frame is not None:
        reply = broken or caller.answer(function, _LOADS(frame))
        send(_DUMPS(reply).encode())
        frame = receive()
