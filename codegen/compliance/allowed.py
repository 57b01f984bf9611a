"""Whether a licence allows its text in a dataset, by a list of SPDX identifiers.

Of a choice (`OR`) one must be allowed, of several together (`AND`) all; an exception (`WITH`) takes
nothing away from its licence.

Not here: which licence a file is under (`codegen.synthesis.licences`).
"""

from __future__ import annotations

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from codegen.errors import UsageError

if TYPE_CHECKING:
    from license_expression import Licensing

PERMISSIVE = (
    "0BSD", "AFL-3.0", "Apache-2.0", "Artistic-2.0", "BlueOak-1.0.0", "BSD-2-Clause",
    "BSD-2-Clause-Patent", "BSD-3-Clause", "BSD-3-Clause-Clear", "BSL-1.0", "CC-BY-4.0", "CC0-1.0",
    "ISC", "MIT", "MIT-0", "MS-PL", "MulanPSL-2.0", "NCSA", "PostgreSQL", "PSF-2.0",
    "Python-2.0", "Unicode-3.0", "Unlicense", "UPL-1.0", "WTFPL", "X11", "Zlib",
)  # fmt: skip
"""Licences that ask for no more than to be named, and those that ask for nothing."""

Standing = Literal["allowed", "denied", "unknown"]


class Licences:
    """Says where expressions stand; remembers what it has said."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        """Take the identifiers that are allowed.

        Raises:
            UsageError: one is no licence that SPDX lists, nor a `LicenseRef-`.
        """
        spdx = _spdx()
        for name in allowed:
            if not name.startswith("LicenseRef-") and name not in spdx.known_symbols:
                raise UsageError(f"licences: SPDX has no {name!r}; see https://spdx.org/licenses")
        self._allowed = frozenset(map(_key, allowed))
        self.standing = lru_cache(4096)(self._standing)

    def _standing(self, expression: str) -> Standing:
        if not expression.strip():
            return "unknown"
        try:
            parsed = _spdx().parse(expression)
        except Exception:  # noqa: BLE001 - the library's errors have no base of their own
            return "unknown"
        return self._of(parsed)

    def _of(self, node: Any) -> Standing:
        parts = [self._of(one) for one in getattr(node, "args", ())]
        if not parts:
            return self._of_symbol(node)
        # a choice takes the best, the others the worst
        order: tuple[Standing, ...] = ("allowed", "unknown", "denied")
        ranked = sorted(parts, key=order.index)
        return ranked[0] if type(node).__name__ == "OR" else ranked[-1]

    def _of_symbol(self, symbol: Any) -> Standing:
        symbol = getattr(symbol, "license_symbol", symbol)
        if symbol.key in self._allowed:
            return "allowed"
        return "denied" if symbol.key in _spdx().known_symbols else "unknown"


@cache
def _spdx() -> Licensing:
    from license_expression import get_spdx_licensing  # noqa: PLC0415 - it takes a while

    return get_spdx_licensing()


def _key(name: str) -> str:
    symbol = _spdx().parse(name)
    return str(getattr(symbol, "license_symbol", symbol).key)
