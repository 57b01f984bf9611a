"""Native tests under pytest: `unit.py` in the warm interpreter that has pytest."""

import soundness
import unit


def ahead():
    soundness.ahead()
    unit.begin_session()


main = unit.main
