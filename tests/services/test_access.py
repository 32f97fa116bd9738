"""Policies, asked of single objects by whose they are."""

from __future__ import annotations

import pytest

from plynx_jupyter.errors import NotAllowedError, NotFoundError
from plynx_jupyter.model.user import ALL_POLICIES, Policy, User
from plynx_jupyter.services.access import Access

WORKER = frozenset({Policy.CAN_VIEW_WORKFLOWS, Policy.CAN_CREATE_WORKFLOWS})
READER = frozenset({Policy.CAN_VIEW_WORKFLOWS, Policy.CAN_VIEW_OTHERS_WORKFLOWS})


class Authors:
    """Knows whose objects are, and nothing else: an access that read an object would fail."""

    def author_of(self, kind, object_id):
        return {"hers": "ann", "his": "bob"}.get(object_id)


def access(*policies, name="ann", **fields):
    return Access(User(name=name, policies=frozenset(policies), **fields), Authors())


@pytest.mark.parametrize("kind", ["graph", "run"])
async def test_one_sees_what_is_ones_own_and_others_with_the_policy(kind):
    assert await access(*WORKER).to_view(kind, "hers") == "ann"
    with pytest.raises(NotFoundError):
        await access(*WORKER).to_view(kind, "his")
    assert await access(*READER).to_view(kind, "his") == "bob"


@pytest.mark.parametrize("kind", ["graph", "run", "operation"])
async def test_what_may_not_be_seen_is_told_from_its_author_alone_and_as_if_it_were_missing(kind):
    worker = access(*WORKER, Policy.CAN_VIEW_OPERATIONS)
    with pytest.raises(NotFoundError) as hidden:
        await worker.to_view(kind, "his")
    with pytest.raises(NotFoundError) as missing:
        await worker.to_view(kind, "nobodys")
    assert hidden.value.message.replace("his", "?") == missing.value.message.replace("nobodys", "?")
    assert set(hidden.value.data) == set(missing.value.data)


async def test_without_the_policy_to_look_even_ones_own_is_refused_naming_it():
    with pytest.raises(NotAllowedError) as caught:
        await access(Policy.CAN_CREATE_WORKFLOWS).to_view("graph", "hers")
    assert caught.value.data == {"policy": "CAN_VIEW_WORKFLOWS"}


async def test_changing_takes_more_than_seeing():
    assert await access(*WORKER).to_change("graph", "hers") == "ann"
    with pytest.raises(NotAllowedError, match="CAN_MODIFY_OTHERS_WORKFLOWS"):
        await access(*READER).to_change("graph", "his")
    with pytest.raises(NotAllowedError, match="CAN_CREATE_WORKFLOWS"):
        await access(*READER).to_change("graph", "hers")
    changer = access(*READER, Policy.CAN_MODIFY_OTHERS_WORKFLOWS)
    assert await changer.to_change("graph", "his") == "bob"


async def test_operations_of_others_are_changed_by_administrators_only():
    rights = {Policy.CAN_VIEW_OPERATIONS, Policy.CAN_VIEW_OTHERS_OPERATIONS, Policy.CAN_CREATE_OPERATIONS}
    with pytest.raises(NotAllowedError, match="IS_ADMIN"):
        await access(*rights).to_change("operation", "his")
    assert await access(Policy.IS_ADMIN).to_change("operation", "his") == "bob"


async def test_the_author_of_what_is_saved_is_who_saved_it_first():
    assert await access(*WORKER).to_save("graph", "new") == "ann"
    changer = access(*READER, Policy.CAN_MODIFY_OTHERS_WORKFLOWS, Policy.CAN_CREATE_WORKFLOWS)
    assert await changer.to_save("graph", "his") == "bob"
    with pytest.raises(NotFoundError):
        await access(*WORKER).to_save("graph", "his")
    with pytest.raises(NotAllowedError, match="CAN_CREATE_WORKFLOWS"):
        await access(*READER).to_save("graph", "new")


def test_lists_are_narrowed_to_what_may_be_seen():
    assert access(*WORKER).scope("graph") == "ann"
    assert access(*READER).scope("run") is None
    with pytest.raises(NotAllowedError, match="CAN_VIEW_OPERATIONS"):
        access(*WORKER).scope("operation")


def test_an_administrator_has_every_policy():
    admin = User(name="root", policies=frozenset({Policy.IS_ADMIN}))
    assert all(admin.may(policy) for policy in ALL_POLICIES)
