"""The journal of a run: every model call, every execution and every record, in one database.

That is an SQLite file in the run's folder, or a schema of a PostgreSQL database.

Cache, checkpoint and lineage in one: a call or an execution whose key is in the journal is not paid
for again, so the same command started again goes on where the last one stopped.

Not here: what is worth recording and in which order (`codegen.synthesis`).
"""

from codegen.journal.cached import JournaledModel, JournaledSandbox
from codegen.journal.contents import Counts
from codegen.journal.embeddings import JournaledEmbedder
from codegen.journal.entries import Recorded
from codegen.journal.flights import Hits
from codegen.journal.keys import call_key, execution_key
from codegen.journal.place import is_shared
from codegen.journal.store import Journal

__all__ = [
    "Counts",
    "Hits",
    "Journal",
    "JournaledEmbedder",
    "JournaledModel",
    "JournaledSandbox",
    "Recorded",
    "call_key",
    "execution_key",
    "is_shared",
]
