"""Keys, tokens and passwords in a text, by the patterns of detect-secrets.

Those of its detectors are asked that know a secret by its form. What only looks random, or stands
beside a word such as `password`, is left: in code that is made to be learned from, both are honest.
Nothing is looked up anywhere.

Not here: our own key for a model server (`codegen.secrets`).
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from codegen.compliance.sightings import Sighting
from codegen.pattern import RarePattern, RarePatterns

# addresses are personal data; a private key is more than the line that it begins with
_OURS = frozenset(("base", "ip_public", "private_key"))
_PRIVATE_KEY = re.compile(
    r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----"
    r"(?:.{0,20000}?-----END (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----)?",
    re.DOTALL,
)


class SecretPattern(NamedTuple):
    """How one kind of secret is known."""

    kind: str
    pattern: RarePattern


def secrets(text: str) -> Iterator[Sighting]:
    """Yield what looks like a secret, each once."""
    seen = set()
    every, together = patterns()
    for place in together.possible(text):
        kind, pattern = every[place]
        for found in pattern.pattern.finditer(text):
            if found[0] not in seen:
                seen.add(found[0])
                yield Sighting("secret", kind, found[0])


@cache
def patterns() -> tuple[tuple[SecretPattern, ...], RarePatterns]:
    """Return the patterns of all kinds of secrets, and the same to be looked for together."""
    from detect_secrets import plugins  # noqa: PLC0415 - it takes a third of a second
    from detect_secrets.plugins.base import RegexBasedDetector  # noqa: PLC0415 - as above

    found = [SecretPattern("Private Key", RarePattern(_PRIVATE_KEY))]
    for module in sorted(one.name for one in pkgutil.iter_modules(plugins.__path__)):
        loaded = importlib.import_module(f"{plugins.__name__}.{module}")
        for one in [] if module in _OURS else vars(loaded).values():
            own = isinstance(one, type) and one.__module__ == loaded.__name__
            if own and issubclass(one, RegexBasedDetector):
                detector = one()
                kind = str(detector.secret_type)
                found += [SecretPattern(kind, RarePattern(each)) for each in detector.denylist]
    return tuple(found), RarePatterns(one.pattern for one in found)
