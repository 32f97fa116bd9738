"""Who uses PLynx, and what each user may do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Policy(str, Enum):
    """A permission; a user holds any number of them."""

    CAN_VIEW_OPERATIONS = "CAN_VIEW_OPERATIONS"
    CAN_VIEW_OTHERS_OPERATIONS = "CAN_VIEW_OTHERS_OPERATIONS"
    CAN_VIEW_WORKFLOWS = "CAN_VIEW_WORKFLOWS"
    CAN_VIEW_OTHERS_WORKFLOWS = "CAN_VIEW_OTHERS_WORKFLOWS"
    CAN_CREATE_OPERATIONS = "CAN_CREATE_OPERATIONS"
    CAN_CREATE_WORKFLOWS = "CAN_CREATE_WORKFLOWS"
    CAN_MODIFY_OTHERS_WORKFLOWS = "CAN_MODIFY_OTHERS_WORKFLOWS"
    CAN_RUN_WORKFLOWS = "CAN_RUN_WORKFLOWS"
    IS_ADMIN = "IS_ADMIN"


ALL_POLICIES = frozenset(Policy)
DEFAULT_POLICIES = frozenset(
    {
        Policy.CAN_VIEW_OPERATIONS,
        Policy.CAN_VIEW_OTHERS_OPERATIONS,
        Policy.CAN_VIEW_WORKFLOWS,
        Policy.CAN_CREATE_OPERATIONS,
        Policy.CAN_CREATE_WORKFLOWS,
        Policy.CAN_RUN_WORKFLOWS,
    }
)
"""What a user whom nobody has given policies may do: share operations, and work on graphs of one's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A user as the store knows them. The identity itself is Jupyter's: no passwords are kept here."""

    name: str
    display_name: str = ""
    policies: frozenset[Policy] = DEFAULT_POLICIES
    active: bool = True
    created_at: datetime | None = None
    seen_at: datetime | None = None

    def may(self, policy: Policy) -> bool:
        """Tell whether the user has a policy; an administrator has all of them."""
        return policy in self.policies or Policy.IS_ADMIN in self.policies


class TokenKind(str, Enum):
    """What an API token is good for."""

    ACCESS = "access"
    """Requests."""
    REFRESH = "refresh"
    """Getting access tokens, nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """An API token as the store knows it: what was handed out can't be had from it again.

    ``digest`` is the SHA-256 of the token in hexadecimal. ``note`` says what it is for.
    """

    id: str
    user: str
    kind: TokenKind
    digest: str
    note: str = ""
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = None
    revoked: bool = False
