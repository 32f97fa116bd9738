"""API tokens: handed out once, known afterwards only by their digest."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from plynx_jupyter.errors import InvalidInputError, NotAuthenticatedError, NotFoundError
from plynx_jupyter.metadata.base import UserStore
from plynx_jupyter.model.ids import new_id
from plynx_jupyter.model.user import ApiToken, TokenKind

PREFIX = "plynx_"
"""What tokens begin with, so that they are told from Jupyter's, and found by those who look for leaked secrets."""
ACCESS_LIFETIME = timedelta(hours=1)
REFRESH_LIFETIME = timedelta(days=30)
LONGEST_LIFETIME = timedelta(days=3660)
_USED_AGAIN = timedelta(minutes=1)
_KEPT_EXPIRED = timedelta(days=30)


class TokenService:
    """Use cases around API tokens."""

    def __init__(self, metadata: UserStore) -> None:
        self._metadata = metadata

    async def issue(
        self,
        user: str,
        kind: TokenKind = TokenKind.ACCESS,
        *,
        lifetime: timedelta | None = None,
        note: str = "",
    ) -> tuple[str, ApiToken]:
        """Make a token for ``user``; return it (it can't be had again) and what the store knows of it.

        The lifetime is an hour for access tokens and 30 days for refresh tokens, unless given.
        """
        if lifetime is None:
            lifetime = ACCESS_LIFETIME if kind is TokenKind.ACCESS else REFRESH_LIFETIME
        if not timedelta(0) < lifetime <= LONGEST_LIFETIME:
            raise InvalidInputError(f"A token lives for up to {LONGEST_LIFETIME.days} days, not {lifetime}.")
        return await asyncio.to_thread(self._issue, user, kind, lifetime, note)

    async def verify(self, secret: str, kinds: Sequence[TokenKind] = (TokenKind.ACCESS,)) -> ApiToken:
        """Return what is known of a token that is good for one of ``kinds``; raises ``NotAuthenticatedError``."""
        return await asyncio.to_thread(self._verify, secret, tuple(kinds))

    async def list(self, user: str | None = None) -> Sequence[ApiToken]:
        """Return the tokens of a user, or all, newest first."""
        return await asyncio.to_thread(self._metadata.list_tokens, user)

    async def revoke(self, token_id: str, *, user: str | None = None) -> None:
        """Make a token (of ``user``, if given) worthless; raises ``NotFoundError`` if there is no such one."""
        if not any(token.id == token_id for token in await self.list(user)):
            raise NotFoundError(f"There is no token {token_id}.", token_id=token_id)
        await asyncio.to_thread(self._metadata.revoke_token, token_id)

    def _issue(self, user: str, kind: TokenKind, lifetime: timedelta, note: str) -> tuple[str, ApiToken]:
        now = datetime.now(timezone.utc)
        self._metadata.remove_tokens(now - _KEPT_EXPIRED)
        secret = PREFIX + secrets.token_urlsafe(32)
        token = ApiToken(
            id=new_id(),
            user=user,
            kind=kind,
            digest=_digest(secret),
            note=note,
            created_at=now,
            expires_at=now + lifetime,
        )
        self._metadata.add_token(token)
        return secret, token

    def _verify(self, secret: str, kinds: tuple[TokenKind, ...]) -> ApiToken:
        token = self._metadata.find_token(_digest(secret))
        now = datetime.now(timezone.utc)
        if token is None:
            raise NotAuthenticatedError("The API token isn't known.")
        if token.revoked:
            raise NotAuthenticatedError("The API token was revoked; make a new one.")
        if token.expires_at is not None and token.expires_at <= now:
            raise NotAuthenticatedError("The API token has expired; get a new one with the refresh token.")
        if token.kind not in kinds:
            raise NotAuthenticatedError(f"This is a token for {token.kind.value}; it can't be used here.")
        if token.used_at is None or now - token.used_at > _USED_AGAIN:
            self._metadata.touch_token(token.id, now)
        return token


def _digest(secret: str) -> str:
    # 256 random bits need no salt and no slow hash: they can't be guessed from the digest.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
