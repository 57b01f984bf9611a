"""The steps by which the tables of a shared journal came to be what they are, run by Alembic."""
