"""What one user may see and do: the one place where policies are asked."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from plynx_jupyter.errors import NotAllowedError, NotFoundError
from plynx_jupyter.metadata.base import AuthorStore, ObjectKind
from plynx_jupyter.metadata.not_found import no_graph, no_operation, no_run
from plynx_jupyter.model.ids import GraphId, OperationId, RunId
from plynx_jupyter.model.user import Policy, User


@dataclass(frozen=True, slots=True)
class _Rules:
    """The policies that decide on one kind of object."""

    view: Policy
    view_others: Policy
    create: Policy
    change_others: Policy


_WORKFLOWS = _Rules(
    Policy.CAN_VIEW_WORKFLOWS,
    Policy.CAN_VIEW_OTHERS_WORKFLOWS,
    Policy.CAN_CREATE_WORKFLOWS,
    Policy.CAN_MODIFY_OTHERS_WORKFLOWS,
)
_OPERATIONS = _Rules(
    Policy.CAN_VIEW_OPERATIONS,
    Policy.CAN_VIEW_OTHERS_OPERATIONS,
    Policy.CAN_CREATE_OPERATIONS,
    Policy.IS_ADMIN,
)
_RULES: dict[ObjectKind, _Rules] = {"graph": _WORKFLOWS, "run": _WORKFLOWS, "operation": _OPERATIONS}


class Access:
    """The permissions of ``user``, asked of single objects by whose they are.

    What a user may not see is not there: the same error, in the same time (both are known from the author
    alone), as for an id that doesn't exist. What they see and may not do is ``NotAllowedError``, naming the policy.
    """

    def __init__(self, user: User, authors: AuthorStore) -> None:
        self.user = user
        self._authors = authors

    def require(self, policy: Policy) -> None:
        """Raise ``NotAllowedError`` unless the user has a policy."""
        if not self.user.may(policy):
            raise NotAllowedError(
                f"{self.user.name} needs the policy {policy.value} for this; an administrator can grant it.",
                policy=policy.value,
            )

    def sees(self, kind: ObjectKind, author: str) -> bool:
        """Tell whether the user may look at an object of ``author``."""
        rules = _RULES[kind]
        return self.user.may(rules.view) and (author == self.user.name or self.user.may(rules.view_others))

    def changes(self, kind: ObjectKind, author: str) -> bool:
        """Tell whether the user may change an object of ``author``."""
        rules = _RULES[kind]
        if author == self.user.name:
            return self.user.may(rules.create)
        return self.sees(kind, author) and self.user.may(rules.change_others)

    def scope(self, kind: ObjectKind) -> str | None:
        """Return whose objects lists are narrowed to, None for everybody's; raises ``NotAllowedError``."""
        rules = _RULES[kind]
        self.require(rules.view)
        return None if self.user.may(rules.view_others) else self.user.name

    async def to_view(self, kind: ObjectKind, object_id: str) -> str:
        """Return the author of an object that the user may look at; otherwise raise."""
        self.require(_RULES[kind].view)
        author = await self.author(kind, object_id)
        if author is None or not self.sees(kind, author):
            raise absent(kind, object_id)
        return author

    async def to_change(self, kind: ObjectKind, object_id: str) -> str:
        """Return the author of an object that the user may change; otherwise raise."""
        author = await self.to_view(kind, object_id)
        self._refuse_unless_changeable(kind, author)
        return author

    async def to_save(self, kind: ObjectKind, object_id: str) -> str:
        """Return who is the author of an object that the user is about to save, new or not; otherwise raise."""
        author = await self.author(kind, object_id)
        if author is None:
            self.require(_RULES[kind].create)
            return self.user.name
        if not self.sees(kind, author):
            raise absent(kind, object_id)
        self._refuse_unless_changeable(kind, author)
        return author

    async def author(self, kind: ObjectKind, object_id: str) -> str | None:
        """Return whose an object is, None if there is none."""
        return await asyncio.to_thread(self._authors.author_of, kind, object_id)

    def _refuse_unless_changeable(self, kind: ObjectKind, author: str) -> None:
        if not self.changes(kind, author):
            rules = _RULES[kind]
            self.require(rules.create if author == self.user.name else rules.change_others)


def absent(kind: ObjectKind, object_id: str) -> NotFoundError:
    """Return the error for an object that isn't there, or isn't the user's to see."""
    if kind == "graph":
        return no_graph(GraphId(object_id))
    if kind == "operation":
        return no_operation(OperationId(object_id))
    return no_run(RunId(object_id))
