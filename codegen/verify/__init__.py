"""Turns a solution and its tests or cases into a verdict."""
