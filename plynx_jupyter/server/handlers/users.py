"""Users and their policies, and API tokens."""

from __future__ import annotations

from datetime import timedelta

from jupyter_server.auth.decorator import authorized
from tornado.web import authenticated

from plynx_jupyter.errors import NotAllowedError
from plynx_jupyter.model.user import TokenKind
from plynx_jupyter.services.users import policy_of
from plynx_jupyter.wire.models import NewToken, NewUser, UserChange
from plynx_jupyter.wire.replies import token_reply, user_reply

from ..base import RESOURCE, PlynxHandler
from ..identity import api_token


class TokenHandler(PlynxHandler):
    """``GET token``: an access and a refresh token for who asks, by Jupyter's login or by a refresh token."""

    token_kinds = (TokenKind.REFRESH,)

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """Make the tokens; a refresh token that was sent stays as it is."""
        plynx = await self.plynx()
        access_token, access = await plynx.tokens.issue(TokenKind.ACCESS, note="GET token")
        refresh_token = api_token(self.request.headers.get("Authorization", ""))
        if refresh_token is None:
            refresh_token, _ = await plynx.tokens.issue(TokenKind.REFRESH, note="GET token")
        self.set_header("Cache-Control", "no-store")
        self.reply(
            message=f"Send the access token as `Authorization: Bearer …`; it is good for {plynx.user.name}.",
            access_token=access_token,
            refresh_token=refresh_token,
            expires_at=token_reply(access)["expires_at"],
        )


class TokensHandler(PlynxHandler):
    """``tokens``: the API tokens of who asks."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """List them; the tokens themselves can't be had again."""
        plynx = await self.plynx()
        self.reply(items=[token_reply(token) for token in await plynx.tokens.list()])

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self) -> None:
        """Make one that lives longer, for a program."""
        wish = self.read_json(NewToken)
        if api_token(self.request.headers.get("Authorization", "")) is not None:
            raise NotAllowedError(
                "A token can't make another one, or it would never expire. Log in, or use `jupyter plynx token create`."
            )
        plynx = await self.plynx()
        secret, token = await plynx.tokens.issue(lifetime=timedelta(days=wish.days), note=wish.note)
        self.set_header("Cache-Control", "no-store")
        self.reply(access_token=secret, token=token_reply(token))


class RevokedTokenHandler(PlynxHandler):
    """``DELETE tokens/{id}``: make a token worthless."""

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def delete(self, token_id: str) -> None:
        """Revoke one of the tokens of who asks."""
        plynx = await self.plynx()
        await plynx.tokens.revoke(token_id)
        self.reply(token_id=token_id)


class UsersHandler(PlynxHandler):
    """``users``: everybody, for administrators."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self) -> None:
        """List all users by name."""
        plynx = await self.plynx()
        self.reply(items=[user_reply(user) for user in await plynx.users.list()])

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self) -> None:
        """Add a user before they are first seen."""
        wish = self.read_json(NewUser)
        plynx = await self.plynx()
        policies = None if wish.policies is None else [policy_of(word) for word in wish.policies]
        user = await plynx.users.create(wish.name, display_name=wish.display_name, policies=policies)
        self.reply(user=user_reply(user), data=user_reply(user))


class UserHandler(PlynxHandler):
    """``users/{name}``: one user; ``me`` is who asks."""

    @authenticated
    @authorized(action="read", resource=RESOURCE)
    async def get(self, name: str) -> None:
        """Return a user: oneself, or for administrators anybody."""
        plynx = await self.plynx()
        user = user_reply(plynx.user if name == "me" else await plynx.users.find(name))
        self.reply(user=user, data=user)

    @authenticated
    @authorized(action="write", resource=RESOURCE)
    async def post(self, name: str) -> None:
        """Let a user in or not, and replace their policies."""
        wish = self.read_json(UserChange)
        plynx = await self.plynx()
        user = await plynx.users.find(plynx.user.name if name == "me" else name)
        if wish.policies is not None:
            user = await plynx.users.set_policies(user.name, [policy_of(word) for word in wish.policies])
        if wish.active is not None:
            user = await plynx.users.set_active(user.name, wish.active)
        self.reply(user=user_reply(user), data=user_reply(user))
