"""Who asks: Jupyter's identity, or that of one of our API tokens, becomes a user of the store."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any

from jupyter_server.auth.identity import User as JupyterUser
from jupyter_server.base.handlers import JupyterHandler

from plynx_jupyter.model.user import TokenKind

if TYPE_CHECKING:
    from plynx_jupyter.model.user import User
    from plynx_jupyter.services.session import Session

    from .core import Core

_BEARER = re.compile(r"(?:bearer|token)\s+(\S+)", re.IGNORECASE)
_BASIC = re.compile(r"basic\s+(\S+)", re.IGNORECASE)
_TOKEN_PREFIX = "plynx_"  # noqa: S105 - as in services.tokens, which isn't imported before it is needed
_ANONYMOUS_ID = re.compile(r"[0-9a-f]{32}")


class IdentifiedHandler(JupyterHandler):
    """A handler that knows the user it serves, and gets at nothing but through that user's session.

    Our API tokens are taken from ``Authorization: Bearer`` (or ``token``, or as the password of ``Basic``, for
    ``curl -u``), and by these handlers alone: the rest of the Jupyter server doesn't know them.
    """

    token_kinds: tuple[TokenKind, ...] = (TokenKind.ACCESS,)
    """Which of our tokens are good here."""
    _api_identity: _ApiTokenIdentity | None = None

    @property
    def core(self) -> Core:
        """What the server's handlers share."""
        core: Core = self.settings["plynx"]
        return core

    @property
    def identity_provider(self) -> Any:
        """Jupyter's identity provider, or one that knows the user of the API token that came along."""
        return self._api_identity or super().identity_provider

    async def prepare(self) -> None:
        """Find out who asks, before Jupyter does."""
        token = api_token(self.request.headers.get("Authorization", ""))
        if token is not None:
            application = await self.core.application()
            known = await application.tokens.verify(token, self.token_kinds)
            self._api_identity = _ApiTokenIdentity(super().identity_provider, known.user)
        prepared = super().prepare()
        if prepared is not None:
            await prepared

    async def plynx(self) -> Session:
        """Return the session of the user who asks; the application opens if this is the first who needs it.

        Raises ``NotAllowedError`` if the user was deactivated.
        """
        application = await self.core.application()
        return application.session(await self._user())

    async def _user(self) -> User:
        application = await self.core.application()
        name, display_name = self.core.owner, ""
        if not _is_anonymous(self.current_user, self.identity_provider):
            name, display_name = self.current_user.username, self.current_user.display_name or ""
        return await application.users.seen(name, display_name)


class _ApiTokenIdentity:
    """Stands in for Jupyter's identity provider in one request that an API token came with."""

    def __init__(self, provider: Any, name: str) -> None:
        self._provider = provider
        self._user = JupyterUser(username=name, name=name, display_name=name)

    def get_user(self, handler: Any) -> JupyterUser:
        """Return the token's user."""
        return self._user

    def is_token_authenticated(self, handler: Any) -> bool:
        """Say so: who sends a token by themselves needs no protection from forged requests."""
        return True

    def should_check_origin(self, handler: Any) -> bool:
        """No: see above."""
        return False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._provider, name)


def api_token(authorization: str) -> str | None:
    """Return the API token in an ``Authorization`` header, None if it holds none of ours.

    >>> api_token("Bearer plynx_abc"), api_token("token of-jupyter"), api_token("")
    ('plynx_abc', None, None)
    """
    bearer = _BEARER.fullmatch(authorization.strip())
    if bearer:
        found = bearer[1]
    else:
        basic = _BASIC.fullmatch(authorization.strip())
        if not basic:
            return None
        try:
            found = base64.b64decode(basic[1], validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return None
    return found if found.startswith(_TOKEN_PREFIX) else None


def _is_anonymous(user: Any, provider: Any) -> bool:
    """Tell whether Jupyter made the name up: its token login gives each browser one, to nobody in particular."""
    if not _ANONYMOUS_ID.fullmatch(user.username):
        return False
    jupyters_own = type(provider).__module__ == "jupyter_server.auth.identity"
    return jupyters_own or str(user.name).startswith("Anonymous ")
