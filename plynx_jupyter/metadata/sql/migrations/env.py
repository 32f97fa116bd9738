"""How Alembic reaches the database: by the connection that is handed to it, within its transaction."""

from alembic import context

from plynx_jupyter.metadata.sql.tables import metadata

if hasattr(context, "config"):  # run by Alembic rather than only imported, as tools that walk packages do
    context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
    context.run_migrations()
