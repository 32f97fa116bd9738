"""Users: noted when first seen, and given policies by administrators."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from plynx_jupyter.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError
from plynx_jupyter.metadata.base import UserStore
from plynx_jupyter.model.user import ALL_POLICIES, DEFAULT_POLICIES, Policy, User

_SEEN_AGAIN = timedelta(minutes=5)
"""How stale ``seen_at`` may be, so that not every request writes."""
_LONGEST_NAME = 255


class UserService:
    """Use cases around users.

    ``owners`` have every policy, whatever the store says of them; others have ``default_policies`` when they are
    seen for the first time.
    """

    def __init__(
        self,
        metadata: UserStore,
        *,
        owners: frozenset[str] = frozenset(),
        default_policies: frozenset[Policy] = DEFAULT_POLICIES,
    ) -> None:
        self._metadata = metadata
        self._owners = owners
        self._default_policies = default_policies

    async def seen(self, name: str, display_name: str = "") -> User:
        """Return the user of that name, noting that they are here.

        Raises ``NotAllowedError`` for a user who was deactivated.
        """
        return await asyncio.to_thread(self._seen, name, display_name)

    async def find(self, name: str) -> User:
        """Return a user; raises ``NotFoundError``."""
        user = await asyncio.to_thread(self._metadata.find_user, name)
        if user is None:
            raise NotFoundError(f"There is no user {name!r}.", user=name)
        return user

    async def list(self) -> Sequence[User]:
        """Return all users by name."""
        return await asyncio.to_thread(self._metadata.list_users)

    async def create(
        self, name: str, *, display_name: str = "", policies: Iterable[Policy] | None = None
    ) -> User:
        """Add a user who wasn't seen yet; raises ``ConflictError`` if there is one of that name."""
        if not name or name != name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
            raise InvalidInputError(
                f"{name!r} can't be the name of a user: it takes 1 to {_LONGEST_NAME} printable characters, "
                "without spaces at the ends."
            )
        if await asyncio.to_thread(self._metadata.find_user, name) is not None:
            raise ConflictError(f"There is a user {name!r} already.", user=name)
        given = self._default_policies if policies is None else frozenset(policies)
        return await self._save(User(name=name, display_name=display_name or name, policies=given))

    async def set_active(self, name: str, active: bool) -> User:
        """Let a user in, or no longer; what is theirs stays."""
        return await self._save(replace(await self.find(name), active=active))

    async def set_policies(
        self, name: str, *, policies: Iterable[Policy] | None = None, grant: Iterable[Policy] = (),
        withdraw: Iterable[Policy] = (),
    ) -> User:  # fmt: skip
        """Replace a user's policies (None leaves them), then grant and withdraw some."""
        user = await self.find(name)
        held = user.policies if policies is None else frozenset(policies)
        return await self._save(replace(user, policies=(held | frozenset(grant)) - frozenset(withdraw)))

    async def _save(self, user: User) -> User:
        return await asyncio.to_thread(self._metadata.save_user, user)

    def _seen(self, name: str, display_name: str) -> User:
        now = datetime.now(timezone.utc)
        owner = name in self._owners
        user = self._metadata.find_user(name)
        if user is None:
            policies = ALL_POLICIES if owner else self._default_policies
            user = self._metadata.save_user(
                User(name=name, display_name=display_name or name, policies=policies, seen_at=now)
            )
        elif owner:
            user = replace(user, policies=ALL_POLICIES, active=True)
        if not user.active:
            raise NotAllowedError(f"The user {name} was deactivated; an administrator can let them in again.")
        if user.seen_at is None or now - user.seen_at > _SEEN_AGAIN:
            user = self._metadata.save_user(replace(user, seen_at=now))
        return user


def policy_of(word: str) -> Policy:
    """Return the policy of a name in any case; raises ``InvalidInputError`` listing those there are."""
    try:
        return Policy(word.upper())
    except ValueError:
        raise InvalidInputError(
            f"There is no policy {word!r}; there are {', '.join(policy.value for policy in Policy)}."
        ) from None
