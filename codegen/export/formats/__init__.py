"""The formats that a dataset can be exported in, each in one or more styles; a module for each."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from codegen.errors import UsageError
from codegen.export.format import Format

NAMES = (
    *("sft", "conversation", "preference", "unpaired", "reward", "stepwise", "rl", "pretrain"),
    "translation",
)


def styles_of(name: str) -> tuple[Format, ...]:
    """Return a format in all its styles, the default first.

    Raises:
        UsageError: there is no such format.
    """
    if name not in NAMES:
        raise UsageError(f"format {name!r}: expected one of {', '.join(NAMES)}")
    found: tuple[Format, ...] = importlib.import_module(f"{__name__}.{name}").STYLES
    return found


def chosen(names: Sequence[str], styles: Sequence[str] = ()) -> tuple[Format, ...]:
    """Return formats, each in the style of `styles` that it has, or in its default.

    Raises:
        UsageError: there is no such format, or a style that none of them has, or two of one.
    """
    if not names:
        raise UsageError(f"no format is named; expected some of {', '.join(NAMES)}")
    twice = next((one for number, one in enumerate(names) if one in names[:number]), None)
    if twice:
        raise UsageError(f"format {twice!r} is named twice; a folder holds it once")
    left = list(dict.fromkeys(styles))
    found = []
    for name in names:
        every = styles_of(name)
        wanted = [one for one in every if one.style in left]
        if len(wanted) > 1:
            both = " and ".join(one.style for one in wanted)
            raise UsageError(f"format {name!r} in two styles ({both}); export it twice")
        found.append(wanted[0] if wanted else every[0])
        left = [one for one in left if one != found[-1].style or not wanted]
    if left:
        known = ", ".join(one.style for name in names for one in styles_of(name))
        raise UsageError(f"style {left[0]!r}: expected one of {known}")
    return tuple(found)
