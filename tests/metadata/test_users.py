"""Users, API tokens, authors and holders: the contract that both stores pass."""

from __future__ import annotations

from datetime import timedelta

import pytest

from plynx_jupyter.errors import ConflictError
from plynx_jupyter.metadata.base import MetadataStore, Query
from plynx_jupyter.model.ids import NodeId
from plynx_jupyter.model.run import NodeRun
from plynx_jupyter.model.user import ApiToken, Policy, TokenKind, User

from .conftest import START, digest, file_node, make_graph, make_operation, make_run, stored


def make_token(name: str, **fields: object) -> ApiToken:
    values = {
        "id": name, "user": "ann", "kind": TokenKind.ACCESS, "digest": digest(name), "note": "for é",
        "created_at": START, "expires_at": START + timedelta(days=1), **fields,
    }  # fmt: skip
    return ApiToken(**values)  # type: ignore[arg-type]


def test_a_user_comes_back_as_saved_and_keeps_the_first_date(store: MetadataStore) -> None:
    user = User(name="ann", display_name="Ann É", policies=frozenset({Policy.IS_ADMIN}), seen_at=START)
    first = store.save_user(user)
    assert first.created_at is not None
    assert store.find_user("ann") == first
    again = store.save_user(User(name="ann", policies=frozenset(), active=False))
    assert (again.created_at, again.seen_at) == (first.created_at, None)
    assert store.find_user("ann") == again


def test_users_are_listed_by_name_and_nobody_is_none(store: MetadataStore) -> None:
    for name in ("bob", "ann", "CARL"):
        store.save_user(User(name=name))
    assert sorted(user.name for user in store.list_users()) == ["CARL", "ann", "bob"]
    assert store.find_user("dan") is None


def test_a_token_is_found_by_its_digest_until_it_is_removed(store: MetadataStore) -> None:
    token = make_token("a")
    store.add_token(token)
    assert store.find_token(token.digest) == token
    assert store.find_token(digest("b")) is None
    assert store.remove_tokens(START) == 0
    assert store.remove_tokens(START + timedelta(days=2)) == 1
    assert store.find_token(token.digest) is None


def test_a_token_without_an_end_is_never_removed(store: MetadataStore) -> None:
    store.add_token(make_token("a", expires_at=None))
    assert store.remove_tokens(START + timedelta(days=10_000)) == 0


@pytest.mark.parametrize("same", [{"id": "a"}, {"digest": digest("a")}])
def test_a_token_is_stored_once(store: MetadataStore, same: dict[str, str]) -> None:
    store.add_token(make_token("a"))
    with pytest.raises(ConflictError):
        store.add_token(make_token("b", **same))


def test_a_token_is_used_and_revoked(store: MetadataStore) -> None:
    store.add_token(make_token("a"))
    store.touch_token("a", START)
    store.revoke_token("a")
    found = store.find_token(digest("a"))
    assert found is not None
    assert (found.used_at, found.revoked) == (START, True)


def test_tokens_are_listed_by_user_newest_first(store: MetadataStore) -> None:
    for minute, (name, user) in enumerate((("a", "ann"), ("b", "bob"), ("c", "ann"))):
        store.add_token(make_token(name, user=user, created_at=START + timedelta(minutes=minute)))
    assert [token.id for token in store.list_tokens()] == ["c", "b", "a"]
    assert [token.id for token in store.list_tokens("ann")] == ["c", "a"]


def test_authors_are_known_without_reading_objects(store: MetadataStore) -> None:
    store.save_graph(make_graph("g", author="ann"))
    store.save_operation(make_operation("o", author="bob"))
    store.create_run(make_run("r", author="carl"), [])
    assert [store.author_of(kind, name) for kind, name in (("graph", "g"), ("operation", "o"), ("run", "r"))] == [
        "ann", "bob", "carl",
    ]  # fmt: skip
    assert store.author_of("graph", "o") is None


def test_lists_are_narrowed_to_what_may_be_seen_whatever_was_asked_for(store: MetadataStore) -> None:
    for name, author in (("g1", "ann"), ("g2", "bob")):
        store.save_graph(make_graph(name, author=author))
        store.save_operation(make_operation(name, author=author))
        store.create_run(make_run(name, author=author), [])
    for listed in (store.list_graphs, store.list_operations, store.list_runs):
        assert [found.id for found in listed(Query(visible_to="ann"))[0]] == ["g1"]
        assert listed(Query(visible_to="ann", author="bob")) == ([], 0)


def test_holders_of_an_artifact_are_objects_and_uploads_each_once(store: MetadataStore) -> None:
    for name in ("g1", "g2"):
        store.save_graph(make_graph(name, "A graph", file_node("f", "data"), author="ann"))
    operation = make_operation("o", author="bob", kind="file", outputs=file_node("x", "data").outputs)
    store.save_operation(operation)
    node_run = NodeRun(node_id=NodeId("n"), outputs={"out": (stored("data"),)})
    store.create_run(make_run("r", author="carl"), [node_run])
    store.hold_upload("dan", digest("data"))
    store.hold_upload("dan", digest("data"))
    assert sorted(store.holders_of(digest("data"))) == [
        ("graph", "ann"), ("operation", "bob"), ("run", "carl"), ("upload", "dan"),
    ]  # fmt: skip
    assert store.holders_of(digest("other")) == []


def test_an_upload_alone_does_not_keep_an_artifact(store: MetadataStore) -> None:
    store.hold_upload("dan", digest("data"))
    assert store.shown_digests() | store.pinned_digests() == set()


def test_the_name_of_a_user_who_holds_an_upload_may_be_long_and_odd(store: MetadataStore) -> None:
    for name in ("a" * 255, "a:b", "run:r1", "É %_"):
        store.hold_upload(name, digest(name))
        assert store.holders_of(digest(name)) == [("upload", name)]
    assert store.shown_digests() == set()
