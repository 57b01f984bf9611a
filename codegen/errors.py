"""Our own failures. A program's failure is a value, never one of these.

CodegenError
├── UsageError            the user's input cannot be used; the message says how to mend it
│   ├── ToolchainError    a language's tools are missing on this machine or in an image
│   └── CheckerError      the user's checker failed on an answer, or said something else than it may
└── InfrastructureError   ours or the machine's; retried, never shown to a model, never scored
    ├── SandboxError      a slot died, a daemon is gone, a supervisor answered nonsense
    ├── DeadlineError     the time that was given for an answer is over
    ├── ModelError        the model server is unreachable, refused, or answered nonsense
    │   ├── ModelRefusal  it will not answer this one request, because it is too long, say
    │   └── ReplayMiss    the recorded journal does not know this request
    └── JournalError      the journal cannot be read or written (disk full, damaged)
        └── UnusableJournalError  what was named is none, or too new, in use, not to be written to;
                                  a UsageError as well
"""

from __future__ import annotations


class CodegenError(Exception):
    """Base of every error that codegen raises on purpose."""


class UsageError(CodegenError):
    """The user's input cannot be used. The message is fit to be printed as it is."""


class ToolchainError(UsageError):
    """A language's tools are missing; the message names them and the way to get them."""


class CheckerError(UsageError):
    """The user's checker failed; whether the answer is right is not known."""


class InfrastructureError(CodegenError):
    """Something of ours failed. Never a verdict, never shown to a model."""


class SandboxError(InfrastructureError):
    """A sandbox could not be started, died, or broke its protocol."""


class DeadlineError(InfrastructureError):
    """The time that was given for an answer is over; nothing is known about the program."""


class ModelError(InfrastructureError):
    """The model endpoint could not answer. Never carries an API key."""


class ModelRefusal(ModelError):  # noqa: N818 - it names what happened, as KeyError does
    """The server will never answer this request; it goes on answering others."""


class ReplayMiss(ModelError):  # noqa: N818 - it names what happened, as KeyError does
    """A recorded journal was asked for a call that it does not hold."""


class JournalError(InfrastructureError):
    """The journal cannot be opened, read or written."""


class UnusableJournalError(JournalError, UsageError):
    """What the user named cannot be opened as a journal; another name, or waiting, mends it."""
