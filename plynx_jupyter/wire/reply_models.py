"""What replies carry, as far as clients may rely on it. Documents and records may have more fields than these."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

Status = Literal["SUCCESS", "FAILED", "VALIDATION_FAILED"]


class Shown(BaseModel):
    """Base of what replies carry: more fields may come."""

    model_config = ConfigDict(extra="allow")


class Reply(Shown):
    """Base of all replies."""

    status: Status


class Problem(Reply):
    """Why a request wasn't served."""

    code: str
    message: str
    data: dict[str, Any]


class GraphShown(Shown):
    """A graph."""

    id: str = Field(alias="_id")
    title: str = ""
    description: str = ""
    author: str
    graph_running_status: str
    insertion_date: str | None
    update_date: str | None
    readonly: bool = Field(alias="_readonly")
    nodes: list[dict[str, Any]] = []


class NodeShown(Shown):
    """An operation or a file."""

    id: str = Field(alias="_id")
    title: str = ""
    kind: str
    node_running_status: str
    node_status: str = "CREATED"
    readonly: bool = Field(alias="_readonly")


class HubNodeShown(NodeShown):
    """An operation where it was found: its hub, and the titles of the groups it is in there, outermost first."""

    hub: str
    group: list[str]


class HubSearched(Shown):
    """How a hub fared in a search: what it has in all, and sentences about what it couldn't look at."""

    kind: str
    title: str
    icon: str
    color: str
    total_count: int
    problems: list[str]


class RunSummaryShown(Shown):
    """A run in a list."""

    id: str = Field(alias="_id")
    graph_id: str
    title: str
    status: str
    author: str
    created_at: str
    started_at: str | None
    finished_at: str | None


class RunShown(RunSummaryShown):
    """A run with its snapshot and the state of each node, by node id."""

    sequence: int
    options: dict[str, Any]
    graph: dict[str, Any]
    nodes: dict[str, dict[str, Any]]


class ForecastShown(Shown):
    """What a run would do with a node, and why."""

    node_id: str
    action: Literal["run", "restore", "static", "leave"]
    reason: str
    restored_from: str | None
    computed_seconds: float | None


class UserShown(Shown):
    """A user."""

    name: str
    display_name: str
    active: bool
    policies: list[str]
    created_at: str | None
    seen_at: str | None


class TokenShown(Shown):
    """What is known of an API token."""

    id: str
    user: str
    kind: Literal["access", "refresh"]
    note: str
    created_at: str
    expires_at: str | None
    used_at: str | None
    revoked: bool


def reply(name: str, **fields: Any) -> type[Reply]:
    """Return the model of a reply with these fields, all of them required.

    >>> sorted(reply("Sums", total=int).model_json_schema()["required"])
    ['status', 'total']
    """
    required: dict[str, Any] = {field: (kind, ...) for field, kind in fields.items()}
    return create_model(name, __base__=Reply, **required)


def page(name: str, kind: Any) -> type[Reply]:
    """Return the model of a page of a list."""
    return reply(name, items=list[kind], total_count=int)
