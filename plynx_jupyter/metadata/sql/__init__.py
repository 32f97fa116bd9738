"""The metadata store on SQLAlchemy Core, with Alembic migrations."""
