"""Users and their API tokens in the database."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from plynx_jupyter.errors import ConflictError
from plynx_jupyter.graph.records import time_from_text, time_to_text
from plynx_jupyter.model.user import ApiToken, Policy, TokenKind, User

from .columns import optional_time, optional_time_text
from .engine import Database, translated, upsert
from .tables import api_tokens, users


class SqlUsers:
    """See ``metadata.base.UserStore``."""

    database: Database

    @translated
    def save_user(self, user: User) -> User:
        """Insert or replace a user."""
        with self.database.writing() as connection:
            since = connection.execute(select(users.c.created_at).where(users.c.name == user.name)).scalar()
            created = time_from_text(since) if since else user.created_at or datetime.now(timezone.utc)
            stored = replace(user, created_at=created)
            row = {
                "name": stored.name,
                "display_name": stored.display_name,
                "policies": " ".join(sorted(policy.value for policy in stored.policies)),
                "active": stored.active,
                "created_at": time_to_text(created),
                "seen_at": optional_time_text(stored.seen_at),
            }
            upsert(connection, users, [row], [name for name in row if name != "name"])
        return stored

    @translated
    def find_user(self, name: str) -> User | None:
        """Return a user by name."""
        with self.database.reading() as connection:
            row = connection.execute(select(users).where(users.c.name == name)).first()
        return None if row is None else _user(row)

    @translated
    def list_users(self) -> list[User]:
        """Return all users by name."""
        with self.database.reading() as connection:
            return [_user(row) for row in connection.execute(select(users).order_by(users.c.name))]

    @translated
    def add_token(self, token: ApiToken) -> None:
        """Store a token."""
        row = {
            "id": token.id,
            "user": token.user,
            "kind": token.kind.value,
            "digest": token.digest,
            "note": token.note,
            "created_at": time_to_text(token.created_at),
            "expires_at": optional_time_text(token.expires_at),
            "used_at": optional_time_text(token.used_at),
            "revoked": token.revoked,
        }
        try:
            with self.database.writing() as connection:
                connection.execute(insert(api_tokens), row)
        except IntegrityError as error:
            raise ConflictError(f"There is a token {token.id} already.", token_id=token.id) from error

    @translated
    def find_token(self, digest: str) -> ApiToken | None:
        """Return the token with this digest."""
        with self.database.reading() as connection:
            row = connection.execute(select(api_tokens).where(api_tokens.c.digest == digest)).first()
        return None if row is None else _token(row)

    @translated
    def list_tokens(self, user: str | None = None) -> list[ApiToken]:
        """Return tokens, newest first."""
        statement = select(api_tokens).order_by(api_tokens.c.created_at.desc(), api_tokens.c.id.desc())
        if user is not None:
            statement = statement.where(api_tokens.c.user == user)
        with self.database.reading() as connection:
            return [_token(row) for row in connection.execute(statement)]

    @translated
    def revoke_token(self, token_id: str) -> None:
        """Mark a token as revoked."""
        with self.database.writing() as connection:
            connection.execute(update(api_tokens).where(api_tokens.c.id == token_id), {"revoked": True})

    @translated
    def touch_token(self, token_id: str, at: datetime) -> None:
        """Note that a token was used."""
        with self.database.writing() as connection:
            connection.execute(
                update(api_tokens).where(api_tokens.c.id == token_id), {"used_at": time_to_text(at)}
            )

    @translated
    def remove_tokens(self, expired_before: datetime) -> int:
        """Remove the tokens that expired before."""
        condition = api_tokens.c.expires_at < time_to_text(expired_before)
        with self.database.writing() as connection:
            return connection.execute(delete(api_tokens).where(condition)).rowcount


def _user(row: Any) -> User:
    # A policy that a newer version knows and this one doesn't gives no right here.
    known = [Policy(word) for word in row.policies.split() if word in Policy.__members__]
    return User(
        name=row.name,
        display_name=row.display_name,
        policies=frozenset(known),
        active=bool(row.active),
        created_at=time_from_text(row.created_at),
        seen_at=optional_time(row.seen_at),
    )


def _token(row: Any) -> ApiToken:
    return ApiToken(
        id=row.id,
        user=row.user,
        kind=TokenKind(row.kind),
        digest=row.digest,
        note=row.note,
        created_at=time_from_text(row.created_at),
        expires_at=optional_time(row.expires_at),
        used_at=optional_time(row.used_at),
        revoked=bool(row.revoked),
    )
