"""Users and their API tokens in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from plynx_jupyter.errors import ConflictError
from plynx_jupyter.model.user import ApiToken, User

from .matching import utc_now
from .records import MemoryRecords


class MemoryUsers(MemoryRecords):
    """See ``metadata.base.UserStore``."""

    def save_user(self, user: User) -> User:
        """Insert or replace a user."""
        with self._lock:
            old = self._users.get(user.name)
            created = old.created_at if old else user.created_at or utc_now()
            stored = self._users[user.name] = replace(user, created_at=created)
            return stored

    def find_user(self, name: str) -> User | None:
        """Return a user by name."""
        return self._users.get(name)

    def list_users(self) -> Sequence[User]:
        """Return all users by name."""
        with self._lock:
            return sorted(self._users.values(), key=lambda user: user.name)

    def add_token(self, token: ApiToken) -> None:
        """Store a token."""
        with self._lock:
            if any(token.id == known.id or token.digest == known.digest for known in self._tokens.values()):
                raise ConflictError(f"There is a token {token.id} already.", token_id=token.id)
            self._tokens[token.id] = token

    def find_token(self, digest: str) -> ApiToken | None:
        """Return the token with this digest."""
        with self._lock:
            return next((token for token in self._tokens.values() if token.digest == digest), None)

    def list_tokens(self, user: str | None = None) -> Sequence[ApiToken]:
        """Return tokens, newest first."""
        with self._lock:
            found = [token for token in self._tokens.values() if user in (None, token.user)]
        return sorted(found, key=lambda token: (token.created_at, token.id), reverse=True)

    def revoke_token(self, token_id: str) -> None:
        """Mark a token as revoked."""
        self._change(token_id, revoked=True)

    def touch_token(self, token_id: str, at: datetime) -> None:
        """Note that a token was used."""
        self._change(token_id, used_at=at)

    def remove_tokens(self, expired_before: datetime) -> int:
        """Remove the tokens that expired before."""
        with self._lock:
            gone = [
                token.id
                for token in self._tokens.values()
                if token.expires_at is not None and token.expires_at < expired_before
            ]
            for token_id in gone:
                del self._tokens[token_id]
            return len(gone)

    def _change(self, token_id: str, **fields: object) -> None:
        with self._lock:
            if token_id in self._tokens:
                self._tokens[token_id] = replace(self._tokens[token_id], **fields)  # type: ignore[arg-type]
