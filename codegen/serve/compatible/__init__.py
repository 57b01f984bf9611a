"""The routes of services that this one replaces, so that a client changes one URL.

Each module knows one of them: its requests, its answers, its words for how a program ended. The
whole verdict travels in an extra field `codegen`, which old clients ignore. What is not copied:
code executed on the server, absolute paths in `files`, a verdict read from what a program printed.
"""
