"""Who holds leases in the database."""

from __future__ import annotations

from sqlalchemy import delete, select, update

from .engine import Database, translated
from .tables import key_leases, runs


class SqlLeases:
    """See ``metadata.base.LeaseStore``."""

    database: Database

    @translated
    def lease_owners(self) -> set[str]:
        """Return everybody who holds a lease."""
        with self.database.reading() as connection:
            owners = set(connection.execute(select(key_leases.c.owner).distinct()).scalars())
            owners.update(connection.execute(select(runs.c.owner).where(runs.c.owner.is_not(None))).scalars())
        return owners

    @translated
    def release_all(self, owner: str) -> None:
        """Give back all leases of ``owner``."""
        with self.database.writing() as connection:
            connection.execute(delete(key_leases).where(key_leases.c.owner == owner))
            connection.execute(
                update(runs).where(runs.c.owner == owner), {"owner": None, "owner_expires_at": None}
            )
