"""The collector of these tests."""

from __future__ import annotations

from tests.observability.collector import collector

__all__ = ["collector"]
